// Charts of a campaign: drawn with Observable Plot, colours by mitigation or kind of fault.

const kKinds = ['sa0', 'sa1', 'inv'];
const kKindNames = {sa0: 'stuck at 0', sa1: 'stuck at 1', inv: 'inverted'};

const mitigationColours = (campaign) => campaign.mitigations.map((_, m) => seriesColour(m));
const hasInterval = (row) => isNumber(row.lower) && isNumber(row.upper);

/// Share of trials that lose at least so many points, a line per mitigation.
function exceedanceChart(campaign, choice) {
  const curves = campaign.rows('exceedance', choice.cell);
  const points = curves.flatMap((curve) => curve.loss.map((loss, i) =>
    ({mitigation: curve.mitigation, loss, share: curve.share[i]}))).filter((point) => point.loss > 0);
  if (points.length === 0) return null;
  const most = Math.max(...points.map((point) => point.loss));
  const lowest = 100 * Math.min(...points.map((point) => point.share));
  const shareAbove = (curve, limit) => {
    let share = 0;
    curve.loss.forEach((loss, i) => { if (loss > limit) share = curve.share[i]; });
    return share;
  };
  const limit = campaign.critical_points;
  const said = curves.map((curve) =>
    `${campaign.mitigations[curve.mitigation]} ${percent(shareAbove(curve, limit), 2)} %`).join(', ');
  return {
    lede: `Share of trials that lose more than ${inPoints(limit)}: ${said}.`,
    caption: 'Share of all trials, weighted by the faults that each stands for. Dashed: from there on a trial is critical.',
    legend: legend(curves.map((curve) => campaign.mitigations[curve.mitigation]), curves.map((curve) => seriesColour(curve.mitigation))),
    draw: (width) => Plot.plot(plotOptions(width, {
      x: {label: 'Accuracy lost (points)', domain: [0, most], grid: true},
      y: {label: 'Trials that lose at least so much (%), logarithmic', type: 'log', domain: [Math.min(lowest, 50), 100], grid: true,
          tickFormat: (value) => String(value), ticks: 4},
      marks: [
        Plot.ruleX([limit], {stroke: 'var(--faint)', strokeDasharray: '3,3'}),
        ...curves.map((curve) => Plot.line(
            [...points.filter((point) => point.mitigation === curve.mitigation), {loss: 0, share: shareAbove(curve, 0)}],
            {x: 'loss', y: (point) => 100 * point.share, curve: 'step-before', stroke: seriesColour(curve.mitigation),
             strokeWidth: 2, filter: (point) => point.share > 0})),
      ],
    })),
    columns: [{label: 'Mitigation', text: true}, {label: 'Loss', unit: 'points', digits: 3}, {label: 'Share', unit: '%', digits: 3}],
    rows: curves.flatMap((curve) => curve.loss.map((loss, i) => [campaign.mitigations[curve.mitigation], loss, 100 * curve.share[i]])),
  };
}

/// Accuracy by share of faulty PEs, a line and a band per mitigation.
function rateChart(campaign, choice) {
  const rows = campaign.rows('rates', choice.cell);
  if (rows.length === 0) return null;
  const golden = 100 * campaign.goldenAccuracy(choice.cell);
  const points = rows.map((row) => ({
    ...row, x: 100 * row.rate, y: 100 * row.accuracy,
    low: hasInterval(row) ? Math.max(0, golden - row.upper) : 100 * row.accuracy,
    high: hasInterval(row) ? Math.min(100, golden - row.lower) : 100 * row.accuracy}));
  const rates = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  const isLog = rates.length > 2 && rates.at(-1) / rates[0] >= 20;
  const used = [...new Set(points.map((point) => point.mitigation))].sort((a, b) => a - b);
  const said = used.map((m) => {
    const last = points.find((point) => point.mitigation === m && point.x === rates.at(-1));
    return `${campaign.mitigations[m]} ${number(last.y, 1)} %`;
  }).join(', ');
  const isSingle = rates.length === 1;
  const fewRates = rates.length <= 6 || isLog;
  const name = (point) => campaign.mitigations[point.mitigation];
  return {
    lede: `With ${brief(rates.at(-1))} % of the PEs faulty the accuracy is: ${said}. Fault-free it is ${number(golden, 1)} %.`,
    caption: `Means of ${number(points[0].trials)} draws per point; ${isSingle ? 'bars' : 'bands'}: ${campaign.confidenceText()} ` +
        'interval of the mean. Dashed: fault-free.',
    legend: isSingle ? undefined : legend(used.map((m) => campaign.mitigations[m]), used.map(seriesColour)),
    draw: (width) => Plot.plot(isSingle ? plotOptions(width, {
      height: 60 + 24 * used.length, marginLeft: 40 + 7 * Math.max(...points.map((point) => name(point).length)),
      x: {label: 'Accuracy (%)', grid: true},
      y: {type: 'band', domain: used.map((m) => campaign.mitigations[m]), label: null},
      marks: [
        Plot.ruleX([golden], {stroke: 'var(--faint)', strokeDasharray: '3,3'}),
        Plot.ruleY(points, {y: name, x1: 'low', x2: 'high', stroke: (point) => seriesColour(point.mitigation), strokeWidth: 2}),
        Plot.dot(points, {y: name, x: 'y', fill: (point) => seriesColour(point.mitigation), r: 4.5}),
      ],
    }) : plotOptions(width, {
      x: {label: `Faulty PEs (%)${isLog ? ', logarithmic' : ''}`, type: isLog ? 'log' : 'linear', ticks: fewRates ? rates : undefined,
          tickFormat: fewRates ? brief : undefined},
      y: {label: 'Accuracy (%)', grid: true},
      marks: [
        Plot.ruleY([golden], {stroke: 'var(--faint)', strokeDasharray: '3,3'}),
        ...used.flatMap((m) => {
          const mine = points.filter((point) => point.mitigation === m).sort((a, b) => a.x - b.x);
          return [
            Plot.areaY(mine, {x: 'x', y1: 'low', y2: 'high', fill: seriesColour(m), fillOpacity: 0.16}),
            Plot.line(mine, {x: 'x', y: 'y', stroke: seriesColour(m), strokeWidth: 2}),
            Plot.dot(mine, {x: 'x', y: 'y', fill: seriesColour(m), r: 3}),
          ];
        }),
        Plot.tip(points, Plot.pointer({x: 'x', y: 'y', title: (point) => `${campaign.mitigations[point.mitigation]}\n` +
            `${brief(point.x)} % of PEs faulty\naccuracy ${number(point.y, 2)} %\n${range(point.low, point.high, 2)}`})),
      ],
    })),
    columns: [{label: 'Mitigation', text: true}, {label: 'Faulty PEs', unit: '%', digits: 2}, {label: 'Trials'},
      {label: 'Accuracy', unit: '%', digits: 2}, {label: 'From', unit: '%', digits: 2}, {label: 'To', unit: '%', digits: 2},
      {label: 'Worst loss', unit: 'points', digits: 2}],
    rows: points.map((p) => [campaign.mitigations[p.mitigation], p.x, p.trials, p.y, p.low, p.high, p.worst]),
  };
}

/// Energy of a multiplication against accuracy under faults, the front as a line; a chart per task.
function energyChart(campaign, choice) {
  const all = campaign.energy ?? [];
  const own = all.find((point) => point.cell === choice.cell);
  if (!own) return null;
  const points = all.filter((point) => point.task === own.task).map((point) => ({...point, y: 100 * point.accuracy}));
  const front = points.filter((point) => point.front).sort((a, b) => a.energy_pj - b.energy_pj);
  const used = [...new Set(points.map((point) => point.mitigation))].sort((a, b) => a - b);
  const cells = [...new Set(points.map((point) => point.cell))];
  // A name stands at the highest point of its cell.
  const named = cells.map((cell) => points.filter((point) => point.cell === cell).reduce((a, b) => (a.y >= b.y ? a : b)));
  const name = (point) => `${campaign.cells[point.cell].name}, ${campaign.mitigations[point.mitigation]}`;
  return {
    lede: `On the Pareto front: ${front.map((point) => `${name(point)} (${brief(point.energy_pj)} pJ, ${number(point.y, 1)} %)`).join('; ')}.`,
    caption: `${own.task}. Energy of one multiplication, without memories and control; accuracy: mean over all trials. ` +
        'Line: nothing else is both cheaper and more accurate.',
    legend: legend(used.map((m) => campaign.mitigations[m]), used.map(seriesColour)),
    draw: (width) => Plot.plot(plotOptions(width, {
      height: 340, marginRight: 40, marginTop: 30,
      x: {label: 'Energy of a multiplication (pJ)', nice: true, inset: 20},
      y: {label: 'Mean accuracy under faults (%)', grid: true, inset: 12},
      marks: [
        Plot.line(front, {x: 'energy_pj', y: 'y', stroke: 'var(--ink)', strokeWidth: 1.2, curve: 'step-after'}),
        Plot.dot(points, {x: 'energy_pj', y: 'y', fill: (point) => seriesColour(point.mitigation), r: 4.5,
          stroke: (point) => point.front ? 'var(--ink)' : 'var(--ground)', strokeWidth: (point) => point.front ? 1.5 : 1}),
        Plot.text(named, {x: 'energy_pj', y: 'y', text: (point) => campaign.cells[point.cell].name, dy: -12, fill: 'var(--soft)',
          stroke: 'var(--ground)', strokeWidth: 4}),
        Plot.tip(points, Plot.pointer({x: 'energy_pj', y: 'y', title: (point) => `${name(point)}\n${brief(point.energy_pj)} pJ\n` +
            `accuracy ${number(point.y, 2)} %${point.front ? '\non the Pareto front' : ''}`})),
      ],
    })),
    columns: [{label: 'Multiplier', text: true}, {label: 'Mitigation', text: true}, {label: 'Energy', unit: 'pJ', digits: 4},
      {label: 'Accuracy', unit: '%', digits: 2}, {label: 'Pareto front', text: true}],
    rows: points.map((p) => [campaign.cellName(p.cell), campaign.mitigations[p.mitigation], p.energy_pj, p.y, p.front ? 'yes' : 'no']),
  };
}

/// Mean loss by the layer in which the fault acts, mitigations below each other.
function layerChart(campaign, choice) {
  const rows = campaign.rows('layer_losses', choice.cell).map((row) => ({...row, name: campaign.layers[row.layer],
    low: hasInterval(row) ? row.lower : row.loss, high: hasInterval(row) ? row.upper : row.loss}));
  if (rows.length === 0) return null;
  const layers = [...new Set(rows.map((row) => row.layer))].sort((a, b) => a - b).map((layer) => campaign.layers[layer]);
  const used = [...new Set(rows.map((row) => row.mitigation))].sort((a, b) => a - b);
  const first = rows.filter((row) => row.mitigation === used[0]);
  const worst = first.reduce((a, b) => (a.loss >= b.loss ? a : b));
  return {
    lede: `${worst.name} is the most sensitive layer: ${number(worst.loss, 2)} points on average with ${campaign.mitigations[used[0]]}.`,
    caption: `The fault acts in one layer at a time. Bars: ${campaign.confidenceText()} interval of the mean loss.`,
    legend: legend(used.map((m) => campaign.mitigations[m]), used.map(seriesColour)),
    draw: (width) => Plot.plot(plotOptions(width, {
      height: 60 + layers.length * (22 + 18 * used.length), marginLeft: 40 + 7 * Math.max(...layers.map((name) => name.length)),
      x: {label: 'Mean loss (points)', grid: true, zero: true},
      fy: {domain: layers, label: null, axis: 'left', padding: 0.25},
      y: {type: 'band', domain: used, axis: null},
      marks: [
        Plot.ruleX([0], {stroke: 'var(--faint)'}),
        Plot.ruleY(rows, {fy: 'name', y: 'mitigation', x1: 'low', x2: 'high', stroke: (row) => seriesColour(row.mitigation), strokeWidth: 2}),
        Plot.dot(rows, {fy: 'name', y: 'mitigation', x: 'loss', fill: (row) => seriesColour(row.mitigation), r: 4.5}),
      ],
    })),
    columns: [{label: 'Layer', text: true}, {label: 'Mitigation', text: true}, {label: 'Trials'},
      {label: 'Mean loss', unit: 'points', digits: 3}, {label: 'From', unit: 'points', digits: 3},
      {label: 'To', unit: 'points', digits: 3}, {label: 'Worst', unit: 'points', digits: 2}],
    rows: rows.map((r) => [r.name, campaign.mitigations[r.mitigation], r.trials, r.loss, r.lower, r.upper, r.worst]),
  };
}

/// Mean loss by a number that faults have (output bit, depth), bars by kind of fault, a tick at the worst trial.
function groupedBars(campaign, choice, part, key, words) {
  const rows = campaign.rows(part, choice.cell, choice.mitigation);
  if (rows.length === 0) return null;
  const kinds = kKinds.filter((kind) => rows.some((row) => row.kind === kind));
  const colour = (kind) => seriesColour(kinds.indexOf(kind));
  const places = [...new Set(rows.map((row) => row[key]))].sort((a, b) => a - b);
  const worst = rows.reduce((a, b) => (a.loss >= b.loss ? a : b));
  return {
    lede: words.lede(worst),
    caption: `${words.caption} Bars: mean over trials; ticks: worst trial.`,
    legend: legend(kinds.map((kind) => kKindNames[kind]), kinds.map(colour)),
    draw: (width) => Plot.plot(plotOptions(width, {
      height: 290,
      fx: {domain: places, label: words.axis, padding: 0.2, labelOffset: 40},
      x: {domain: kinds, axis: null, padding: 0.05},
      y: {label: 'Loss (points)', grid: true},
      marks: [
        Plot.barY(rows, {fx: key, x: 'kind', y: 'loss', fill: (row) => colour(row.kind)}),
        Plot.tickY(rows, {fx: key, x: 'kind', y: 'worst', stroke: (row) => colour(row.kind), strokeWidth: 1.5}),
        Plot.ruleY([0], {stroke: 'var(--faint)'}),
      ],
    })),
    columns: [{label: words.column}, {label: 'Kind', text: true}, {label: 'Trials'}, {label: 'Mean loss', unit: 'points', digits: 3},
      {label: 'Worst', unit: 'points', digits: 2}, {label: 'SDC-1', unit: '%', digits: 2}],
    rows: rows.map((row) => [row[key], kKindNames[row.kind], row.trials, row.loss, row.worst, 100 * row.sdc1]),
  };
}

const bitChart = (campaign, choice) => groupedBars(campaign, choice, 'bits', 'bit', {
  lede: (row) => `Faults that reach bit ${row.bit} of the product cost most when ${kKindNames[row.kind]}: ` +
      `${number(row.loss, 2)} points on average, ${number(row.worst, 2)} at worst.`,
  caption: 'Faults by the highest product bit that they change.',
  axis: 'Highest product bit that the fault changes',
  column: 'Bit',
});

const levelChart = (campaign, choice) => groupedBars(campaign, choice, 'levels', 'level', {
  lede: (row) => `The costliest depth is ${count(row.level, 'gate')} behind the inputs, ${kKindNames[row.kind]}: ` +
      `${number(row.loss, 2)} points on average.`,
  caption: 'Faults by the depth of their net: gates on the longest path from the inputs.',
  axis: 'Depth of the net (gates)',
  column: 'Depth',
});
