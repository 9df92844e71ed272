// The report of `faultwave run --json`: accuracy, outcomes, cycles and energy of every run.

const microjoules = (run) => run.energy_pj * 1e-6;

function runsTable(experiment, confidence) {
  const columns = [{label: 'Run', text: true}, {label: 'Accuracy', unit: '%', digits: 2},
    {label: 'Interval', unit: `${number(100 * confidence)} %`, interval: true}, {label: 'Top-5', unit: '%', digits: 2},
    {label: 'Loss', unit: 'points', digits: 2}, {label: 'Against exact', unit: 'points', digits: 2},
    {label: 'SDC-1', unit: '% of images', digits: 2}, {label: 'Cycles'}, {label: 'Utilisation', unit: '%', digits: 1},
    {label: 'Energy', unit: 'µJ', digits: 2}];
  const rows = experiment.runs.map((run) => [run.name, 100 * run.accuracy,
    shortRange(100 * run.accuracy_lower, 100 * run.accuracy_upper, 1), 100 * run.top5, run.faulty ? run.loss_points : null,
    run.loss_vs_exact_points, run.faulty ? 100 * run.sdc1 : null, run.cycles || null, run.cycles ? 100 * run.utilisation : null,
    run.cycles ? microjoules(run) : null]);
  return element('div', {}, plainTable(columns, rows),
      element('p', {class: 'note'}, `Intervals: Wilson, over the choice of the ${number(experiment.runs[0].images)} test images. ` +
          'Loss: against the fault-free run of the same multiplier; a negative one is a gain.'),
      element('div', {class: 'links'}, csvLink('runs', () => [csvHead(columns), ...rows])));
}

function accuracyChart(experiment) {
  const rows = experiment.runs.map((run) => ({name: run.name, y: 100 * run.accuracy, low: 100 * run.accuracy_lower,
    high: 100 * run.accuracy_upper, faulty: run.faulty}));
  const worst = rows.reduce((a, b) => (a.y <= b.y ? a : b));
  const best = rows.reduce((a, b) => (a.y >= b.y ? a : b));
  return {
    lede: `From ${number(worst.y, 2)} % (${worst.name}) to ${number(best.y, 2)} % (${best.name}).`,
    legend: legend(['fault-free', 'faulty'], [seriesColour(0), seriesColour(1)]),
    draw: (width) => Plot.plot(plotOptions(width, {
      height: 50 + 26 * rows.length, marginLeft: 30 + 7 * Math.max(...rows.map((row) => row.name.length)),
      x: {label: 'Accuracy (%)', grid: true}, y: {domain: rows.map((row) => row.name), label: null, tickSize: 0},
      marks: [Plot.ruleY(rows, {y: 'name', x1: 'low', x2: 'high', stroke: (row) => seriesColour(row.faulty ? 1 : 0), strokeWidth: 2}),
        Plot.dot(rows, {y: 'name', x: 'y', fill: (row) => seriesColour(row.faulty ? 1 : 0), r: 4.5})],
    })),
    columns: [{label: 'Run', text: true}, {label: 'Accuracy', unit: '%', digits: 2}, {label: 'From', unit: '%', digits: 2},
      {label: 'To', unit: '%', digits: 2}],
    rows: rows.map((row) => [row.name, row.y, row.low, row.high]),
  };
}

/// Cycles of the last fault-free run by layer and cause.
function cyclesChart(experiment) {
  const run = experiment.runs.findLast((candidate) => !candidate.faulty) ?? experiment.runs[0];
  const layers = (run.layers ?? []).filter((layer) => layer.cycles > 0);
  if (layers.length === 0) return null;
  const units = run.units || 1;
  const rows = layers.flatMap((layer) => Object.entries(layer.cycles_by_cause).map(([cause, cycles]) =>
    ({layer: layer.name, cause: cause.replaceAll('_', ' '), cycles: cycles / units})));
  const causes = [...new Set(rows.filter((row) => row.cycles > 0).map((row) => row.cause))];
  const most = layers.reduce((a, b) => (a.cycles >= b.cycles ? a : b));
  return {
    lede: `${run.name}: ${number(run.cycles)} cycles, utilisation ${percent(run.utilisation, 1)} %; ${most.name} takes ` +
        `${percent(most.cycles / run.cycles, 0)} % of them.`,
    caption: units > 1 ? `Mean of ${units} warp schedulers.` : '',
    legend: legend(causes, causes.map((_, i) => seriesColour(i))),
    draw: (width) => Plot.plot(plotOptions(width, {
      height: 50 + 30 * layers.length, marginLeft: 30 + 7 * Math.max(...layers.map((layer) => layer.name.length)),
      x: {label: 'Cycles', grid: true}, y: {domain: layers.map((layer) => layer.name), label: null, tickSize: 0},
      marks: [Plot.barX(rows.filter((row) => row.cycles > 0), {y: 'layer', x: 'cycles', fill: (row) => seriesColour(causes.indexOf(row.cause)),
        order: causes, z: 'cause', insetTop: 2, insetBottom: 2})],
    })),
    columns: [{label: 'Layer', text: true}, {label: 'Cause', text: true}, {label: 'Cycles', digits: 0}],
    rows: rows.map((row) => [row.layer, row.cause, row.cycles]),
  };
}

/// Energy of a whole run against its accuracy, all experiments of the file.
function runEnergyChart(source) {
  const points = source.experiments.flatMap((experiment) => experiment.runs.filter((run) => run.cycles > 0).map((run) => ({
    name: source.experiments.length > 1 ? `${experiment.name}, ${run.name}` : run.name, x: microjoules(run), y: 100 * run.accuracy,
    faulty: run.faulty})));
  if (new Set(points.map((point) => point.x)).size < 2) return null;
  for (const point of points) {
    point.front = !points.some((other) => other.faulty === point.faulty && other.x <= point.x && other.y >= point.y &&
        (other.x < point.x || other.y > point.y));
  }
  const front = points.filter((point) => point.front && point.faulty);
  return {
    lede: front.length ? `Pareto front among faulty runs: ${front.map((point) => point.name).join('; ')}.` : 'Accuracy against energy.',
    caption: 'Energy of all multiplications of a run. Ringed: nothing of its colour is both cheaper and more accurate.',
    legend: legend(['fault-free', 'faulty'], [seriesColour(0), seriesColour(1)]),
    draw: (width) => Plot.plot(plotOptions(width, {
      x: {label: 'Energy (µJ)', inset: 20}, y: {label: 'Accuracy (%)', grid: true, inset: 12},
      marks: [
        Plot.dot(points, {x: 'x', y: 'y', r: 4.5, fill: (point) => seriesColour(point.faulty ? 1 : 0),
          stroke: (point) => point.front ? 'var(--ink)' : 'var(--ground)', strokeWidth: 1.5}),
        Plot.tip(points, Plot.pointer({x: 'x', y: 'y', title: (point) => `${point.name}\n${number(point.x, 2)} µJ\n${number(point.y, 2)} %`})),
      ],
    })),
    columns: [{label: 'Run', text: true}, {label: 'Energy', unit: 'µJ', digits: 3}, {label: 'Accuracy', unit: '%', digits: 2},
      {label: 'Pareto front', text: true}],
    rows: points.map((point) => [point.name, point.x, point.y, point.front ? 'yes' : 'no']),
  };
}

function drawRuns(parent, source, prefix) {
  const choice = new Choice();
  source.experiments.forEach((experiment, e) => {
    const id = (name) => `${prefix}${name}-${e}`;
    const title = (text) => experiment.name ? `${text}: ${experiment.name}` : text;
    const {faults} = experiment;
    if (faults.count) {
      parent.append(element('p', {class: 'subtitle'}, `${experiment.name ? experiment.name + ': ' : ''}${count(faults.count, 'fault')} in ` +
          `${count(faults.faulty_pes, 'PE')}: ${(faults.first ?? []).join(', ')}${faults.count > (faults.first ?? []).length ? ', …' : ''}`));
    }
    parent.append(element('section', {id: id('results')}, element('h3', {}, title('Results')), runsTable(experiment, source.confidence)));
    figureSection(parent, choice, id('accuracy'), title('Accuracy'), () => accuracyChart(experiment));
    figureSection(parent, choice, id('cycles'), title('Cycles by layer and cause'), () => cyclesChart(experiment));
    for (const note of experiment.notes) parent.append(element('p', {class: 'note'}, note));
  });
  figureSection(parent, choice, prefix + 'energy', 'Accuracy against energy', () => runEnergyChart(source));
}
