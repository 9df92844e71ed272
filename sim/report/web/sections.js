// The parts of a campaign's report that are no charts: headline, results, tables of faults and trials.

function statistic(label, value, unit, note) {
  return element('div', {}, element('dt', {}, label),
      element('dd', {class: 'value'}, value, unit ? element('small', {}, ' ' + unit) : null),
      element('dd', {class: 'range'}, note));
}

/// The fault with the largest loss in any trial; null when trials have many faults.
function worstFault(campaign, cell, mitigation) {
  if (!campaign.faults) return null;
  const {worst} = campaign.faults.by_mitigation[mitigation];
  let best = null;
  worst.forEach((loss, fault) => {
    if (campaign.faults.cell[fault] === cell && loss !== null && (best === null || loss > worst[best])) best = fault;
  });
  return best;
}

function headline(campaign, choice) {
  const {cell, mitigation} = choice;
  const row = campaign.rows('summary', cell, mitigation)[0];
  if (!row) return '';
  const golden = 100 * campaign.goldenAccuracy(cell);
  const sure = campaign.confidenceText();
  const fault = worstFault(campaign, cell, mitigation);
  const interval = hasInterval(row) ? (row.lower === row.upper ? 'all faults tried' : `${range(row.lower, row.upper, 2)} (${sure})`)
    : 'one trial: no interval';
  return element('dl', {class: 'headline'},
      statistic('Fault-free accuracy', number(golden, 2), '%', `exact multiplier ${percent(campaign.exactAccuracy(cell), 2)} %`),
      statistic('Mean accuracy under faults', percent(row.accuracy, 2), '%', campaign.mitigations[mitigation] === 'none'
        ? 'without mitigation' : `with ${campaign.mitigations[mitigation]}`),
      statistic('Mean loss', number(row.loss, 2), 'points', interval),
      statistic('Critical trials', percent(row.critical, 1), '%',
          `${range(100 * row.critical_lower, 100 * row.critical_upper, 1)} (${sure}); lose more than ${inPoints(campaign.critical_points)}`),
      statistic('Worst trial', number(row.worst, 2), 'points', fault === null ? 'several faults at once' : campaign.faults.name[fault]));
}

function resultsTable(campaign) {
  const sure = campaign.confidenceText();
  const columns = [
    {label: 'Cell', text: true}, {label: 'Mitigation', text: true}, {label: 'Trials'}, {label: 'Fault-free', unit: '%', digits: 2},
    {label: 'Under faults', unit: '%', digits: 2}, {label: 'Mean loss', unit: 'points', digits: 2},
    {label: 'Interval', unit: sure, interval: true}, {label: 'Worst', unit: 'points', digits: 2},
    {label: 'Critical', unit: '%', digits: 1}, {label: 'Interval', unit: sure, interval: true},
    {label: 'Masked', unit: '%', digits: 1}, {label: 'SDC-1', unit: '%', digits: 2}, {label: 'SDC-5', unit: '%', digits: 2}];
  const rows = campaign.summary.map((row) => [campaign.cellName(row.cell), campaign.mitigations[row.mitigation], row.trials,
    100 * campaign.goldenAccuracy(row.cell), 100 * row.accuracy, row.loss, shortRange(row.lower, row.upper, 2), row.worst,
    100 * row.critical, shortRange(100 * row.critical_lower, 100 * row.critical_upper, 1), 100 * row.masked, 100 * row.sdc1,
    100 * row.sdc5]);
  // On the page a cell's name stands in its first row only.
  const shown = rows.map((row, i) => i > 0 && rows[i - 1][0] === row[0] ? ['', ...row.slice(1)] : row);
  return element('div', {}, plainTable(columns, shown),
      element('p', {class: 'note'}, 'Means over trials, weighted by the faults that each stands for. Intervals cover the choice of ' +
          'faults and PEs, not that of test images; masked, SDC-1 and SDC-5 are shares of images. Loss: against the fault-free run of the same multiplier. ' +
          'Masked: same logits as fault-free; SDC-1: another label; SDC-5: its label outside the fault-free top five.'),
      element('div', {class: 'links'}, csvLink('results', () => [csvHead(columns), ...rows])));
}

/// One row per fault, all members of a class, so that every site name is there to be found.
function faultTable(campaign, choice) {
  const {faults} = campaign;
  let rows = [];
  let stats = null;
  const column = (label, values, more = {}) => ({label, value: (row) => values()[rows[row].fault], ...more});
  const bits = (row) => {
    const {lowest_bit: low, highest_bit: high} = faults;
    const fault = rows[row].fault;
    return low[fault] === null ? '–' : low[fault] === high[fault] ? String(low[fault]) : `${low[fault]} to ${high[fault]}`;
  };
  const table = new DataTable('faults', [
    {label: 'Fault', text: true, value: (row) => rows[row].name},
    {label: 'Kind', text: true, value: (row) => faults.kind[rows[row].fault]},
    column('Mean loss', () => stats.loss, {unit: 'points', digits: 3}),
    column('Worst', () => stats.worst, {unit: 'points', digits: 2}),
    {label: 'Critical', unit: '% of trials', digits: 1, value: (row) => scaled(stats.critical[rows[row].fault])},
    {label: 'SDC-1', unit: '% of images', digits: 2, value: (row) => scaled(stats.sdc1[rows[row].fault])},
    column('Trials', () => stats.trials),
    column('Output bits', () => faults.highest_bit, {show: bits}),
    column('Depth', () => faults.level, {unit: 'gates'}),
    column('MAE', () => faults.mae, {digits: 1, hint: 'Mean absolute error of the product over all operands'}),
    {label: 'Error prob.', unit: '% of operands', digits: 2, value: (row) => scaled(faults.error_probability[rows[row].fault])},
    column('Class', () => faults.weight, {unit: 'faults', hint: 'Faults with the same product table'}),
    {label: 'Same as', text: true, value: (row) => {
      const {fault, name} = rows[row];
      return faults.name[fault] === name ? null : faults.name[fault];
    }},
  ], {sortBy: 2});
  const scaled = (share) => share === null ? null : 100 * share;
  choice.onChange(() => {
    stats = faults.by_mitigation[choice.mitigation];
    rows = [];
    faults.name.forEach((_, fault) => {
      if (faults.cell[fault] === choice.cell) for (const name of campaign.members(fault)) rows.push({fault, name});
    });
    table.setRows(rows.length);
  });
  return table.node;
}

/// Every trial of the chosen cell, losses of all mitigations side by side.
function trialTable(campaign, choice) {
  const {trials} = campaign;
  let rows = [];
  const pick = (names, indices) => (row) => {
    const index = indices[rows[row]];
    return index < 0 ? null : names[index];
  };
  const columns = [{label: 'Trial', value: (row) => trials.trial[rows[row]]}];
  if (trials.fault) columns.push({label: 'Fault', text: true, value: pick(campaign.faults.name, trials.fault)});
  if (trials.pe) columns.push({label: 'PE', text: true, value: pick(trials.pes, trials.pe)});
  if (trials.layer) columns.push({label: 'Layer', text: true, value: pick(campaign.layers, trials.layer)});
  if (trials.rate) {
    columns.push({label: 'Rate', unit: '% of PEs', digits: 2, value: (row) => trials.rate[rows[row]] < 0 ? null : 100 * trials.rate[rows[row]]},
        {label: 'Faulty PEs', value: (row) => trials.faulty_pes[rows[row]]});
  }
  const of = (mitigation, values, share) => (row) => {
    const trial = rows[row];
    const {correct} = trials.results[mitigation];
    return correct[trial] < 0 ? null : share(values(mitigation)[trial], campaign.cells[trials.cell[trial]]);
  };
  campaign.mitigations.forEach((name, m) => {
    columns.push({label: `Loss, ${name}`, unit: 'points', digits: 2, value: of(m, (k) => trials.results[k].correct,
        (correct, cell) => 100 * (cell.golden_correct - correct) / cell.images)});
  });
  campaign.mitigations.forEach((name, m) => {
    columns.push({label: `SDC-1, ${name}`, unit: '% of images', digits: 2, value: of(m, (k) => trials.results[k].sdc1,
        (sdc1, cell) => 100 * sdc1 / cell.images)});
  });
  const table = new DataTable('trials', columns, {sortBy: 0, isDescending: false});
  let cell = null;
  choice.onChange(() => {
    if (cell === choice.cell) return;
    cell = choice.cell;
    rows = [];
    trials.cell.forEach((of_trial, trial) => { if (of_trial === cell) rows.push(trial); });
    table.setRows(rows.length);
  });
  return table.node;
}
