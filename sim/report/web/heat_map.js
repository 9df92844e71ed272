// The map of PEs or lanes, coloured by what a fault in each costs on average.

const kMostCells = 20000;  ///< drawn one by one; larger maps are a picture

/// Row, column and panel of a PE's name; null for a name of another accelerator.
function placeOf(name, grid) {
  const numbers = (name.match(/\d+/g) ?? []).map(Number);
  if (grid.panel_row_name === '' && numbers.length === 2) {
    return {panelRow: 0, panelColumn: 0, row: numbers[0], column: numbers[1]};
  }
  if (numbers.length !== 3) return null;
  const [panelRow, panelColumn, lane] = numbers;
  return {panelRow, panelColumn, row: Math.floor(lane / grid.columns), column: lane % grid.columns};
}

/// Viridis without its darkest end, so that dark pages show it.
const lossColours = (most) => d3.scaleSequential([0, most], (t) => d3.interpolateViridis(0.08 + 0.92 * t)).clamp(true);

function colourLegend(most, label) {
  const scale = lossColours(most);
  const stops = d3.range(0, 1.001, 0.1).map((t) => scale(t * most)).join(',');
  return element('div', {class: 'legend'}, element('span', {}, label), element('span', {}, '0 ',
      element('i', {style: `width:160px;background:linear-gradient(to right,${stops});margin:0 6px`}), number(most, 2)));
}

function rasterMap(width, cells, grid, most) {
  const side = Math.min(width - 80, 640);
  const scale = lossColours(most);
  return Plot.plot(plotOptions(side + 80, {
    height: Math.round(side * grid.rows / grid.columns) + 50,
    x: {domain: [0, grid.columns], label: grid.column_name},
    y: {domain: [grid.rows, 0], label: grid.row_name},
    color: {type: 'identity'},
    marks: [Plot.raster(cells, {x: (cell) => cell.column + 0.5, y: (cell) => cell.row + 0.5, fill: (cell) => scale(cell.loss),
      x1: 0, x2: grid.columns, y1: 0, y2: grid.rows, width: grid.columns, height: grid.rows, imageRendering: 'pixelated'})],
  }));
}

function cellMap(width, cells, grid, most) {
  const scale = lossColours(most);
  const panels = grid.panel_columns;
  const side = Math.max(3, Math.min(28, Math.floor((width - 90) / (panels * (grid.columns + 1)))));
  const isPanelled = grid.panel_row_name !== '';
  const every = (n, room) => d3.range(0, n, Math.max(1, 2 ** Math.ceil(Math.log2(room / side))));
  return Plot.plot(plotOptions(90 + panels * (grid.columns + 1) * side, {
    height: 80 + grid.panel_rows * (grid.rows + 1) * side,
    marginTop: isPanelled ? 40 : 24,
    x: {domain: d3.range(grid.columns), ticks: every(grid.columns, 22), tickSize: 0, label: grid.column_name, labelOffset: 38, padding: 0.04},
    y: {domain: d3.range(grid.rows), ticks: every(grid.rows, 14), tickSize: 0, label: grid.row_name, padding: 0.04},
    fx: isPanelled ? {label: grid.panel_column_name, padding: 0.06} : undefined,
    fy: isPanelled ? {label: grid.panel_row_name, padding: 0.06, axis: grid.panel_rows > 1 ? 'right' : null} : undefined,
    color: {type: 'identity'},
    marks: [
      Plot.cell(cells, {x: 'column', y: 'row', ...(isPanelled ? {fx: 'panelColumn', fy: 'panelRow'} : {}), fill: (cell) => scale(cell.loss)}),
      Plot.tip(cells, Plot.pointer({x: 'column', y: 'row', ...(isPanelled ? {fx: 'panelColumn', fy: 'panelRow'} : {}),
        title: (cell) => `${cell.name}\nmean loss ${number(cell.loss, 3)} points\n${count(cell.trials, 'trial')}`})),
    ],
  }));
}

function peChart(campaign, choice) {
  const [row] = campaign.rows('pe_losses', choice.cell, choice.mitigation);
  if (!row) return null;
  const cells = row.pe.map((name, i) => ({name, ...placeOf(name, row.grid), loss: row.loss[i], trials: row.trials[i]}))
      .filter((cell) => cell.row !== undefined);
  if (cells.length < 2) return null;
  const most = Math.max(...cells.map((cell) => cell.loss), 0);
  const worst = cells.reduce((a, b) => (a.loss >= b.loss ? a : b));
  const {num_pes: total} = campaign.cells[choice.cell];
  const [fewest, mostTrials] = d3.extent(cells, (cell) => cell.trials);
  const isMany = row.grid.rows * row.grid.columns > kMostCells && row.grid.panel_row_name === '';
  return {
    lede: most > 0
      ? `A fault costs most in ${worst.name}: ${number(worst.loss, 2)} points on average.`
      : 'No fault costs accuracy on average, wherever it is.',
    caption: `Mean over ${fewest === mostTrials ? count(fewest, 'trial') : `${number(fewest)} to ${count(mostTrials, 'trial')}`} each; ` +
        `${cells.length === total ? `all ${number(total)}` : `${number(cells.length)} of ${number(total)}`} were tried` +
        `${cells.length < total ? ', the others are blank' : ''}. Gains are shown as 0.`,
    legend: colourLegend(most || 1, 'Mean loss (points)'),
    draw: (width) => isMany ? rasterMap(width, cells, row.grid, most || 1) : cellMap(width, cells, row.grid, most || 1),
    columns: [{label: 'PE', text: true}, {label: 'Trials'}, {label: 'Mean loss', unit: 'points', digits: 3}],
    rows: cells.map((cell) => [cell.name, cell.trials, cell.loss]),
  };
}
