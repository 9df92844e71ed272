// The multiplier's netlist, inputs on the left, every net coloured by what its worst fault costs.

/// Per site ("sig_112", or "sig_130/A" for the branch into pin A of the gate that drives sig_130) the mean loss of
/// its faults: {kind: loss}; faults that were not tried are absent.
function lossesBySite(campaign, cell, mitigation) {
  const {faults} = campaign;
  const losses = faults.by_mitigation[mitigation].loss;
  const sites = new Map();
  faults.name.forEach((_, fault) => {
    if (faults.cell[fault] !== cell || faults.unit[fault] !== 'mult' || losses[fault] === null) return;
    for (const member of campaign.members(fault)) {
      const match = member.match(/^mult\.(.*)\.(sa0|sa1|inv)$/);
      if (!match) continue;
      if (!sites.has(match[1])) sites.set(match[1], {});
      sites.get(match[1])[match[2]] = losses[fault];
    }
  });
  return sites;
}

const worstOf = (losses) => losses ? Math.max(...Object.values(losses)) : null;

class SchematicDrawing {
  constructor(schematic, sites, width, readout) {
    const {nodes, wires} = schematic;
    this.schematic = schematic;
    this.sites = sites;
    this.readout = readout;
    this.most = Math.max(...[...sites.values()].map(worstOf), 0);
    this.colours = lossColours(this.most || 1);
    const left = 42, right = 50, top = 14;
    const pitch = Math.min(16, Math.max(8, 760 / schematic.rows));
    const height = pitch * schematic.rows;
    const step = Math.max(34, (width - left - right) / Math.max(1, schematic.columns - 1));
    this.x = (node) => left + nodes.column[node] * step;
    this.y = (node) => top + nodes.y[node] * height;
    this.svg = d3.create('svg').attr('width', left + right + step * (schematic.columns - 1)).attr('height', height + 2 * top)
        .attr('viewBox', [0, 0, left + right + step * (schematic.columns - 1), height + 2 * top]).attr('font-family', 'inherit');
    this.drawWires(wires);
    this.drawNodes(nodes, Math.min(5, pitch / 2 - 0.5));
  }

  colour(loss) { return loss === null ? 'var(--untried)' : this.colours(loss); }
  siteOfWire(wire) {
    const {nodes, wires} = this.schematic;
    return `${nodes.net[wires.to[wire]]}/${wires.pin[wire]}`;
  }
  lossOfWire(wire) {
    const {nodes, wires} = this.schematic;
    const branch = wires.pin[wire] === '' ? undefined : this.sites.get(this.siteOfWire(wire));
    return worstOf(branch ?? this.sites.get(nodes.net[wires.from[wire]]));
  }

  drawWires(wires) {
    const link = d3.linkHorizontal();
    const order = d3.range(wires.from.length).sort((a, b) => (this.lossOfWire(a) ?? -1) - (this.lossOfWire(b) ?? -1));
    this.wires = this.svg.append('g').selectAll('path').data(order).join('path').attr('class', 'wire')
        .attr('d', (wire) => link({source: [this.x(wires.from[wire]), this.y(wires.from[wire])],
          target: [this.x(wires.to[wire]), this.y(wires.to[wire])]}))
        .attr('stroke', (wire) => this.colour(this.lossOfWire(wire)));
  }

  drawNodes(nodes, radius) {
    const isOutput = (node) => nodes.function[node] === 'output';
    const isConstant = (node) => nodes.function[node].startsWith('CONST');
    const isPort = (node) => nodes.function[node] === 'input' || isOutput(node) || isConstant(node);
    this.nodes = this.svg.append('g').selectAll('rect').data(d3.range(nodes.net.length)).join('rect').attr('class', 'node')
        .attr('x', (node) => this.x(node) - radius).attr('y', (node) => this.y(node) - radius)
        .attr('width', 2 * radius).attr('height', 2 * radius).attr('rx', (node) => isPort(node) ? 0 : radius / 2)
        .attr('fill', (node) => this.colour(worstOf(this.sites.get(nodes.net[node]))))
        .on('pointerenter', (_, node) => this.focus(node)).on('pointerleave', () => this.focus(null));
    this.nodes.append('title').text((node) => `${nodes.net[node]} (${nodes.function[node]})`);
    const ports = d3.range(nodes.net.length).filter(isPort);
    this.svg.append('g').selectAll('text').data(ports).join('text').attr('dy', '0.32em')
        .attr('x', (node) => this.x(node) + (isOutput(node) ? 8 : -8)).attr('y', (node) => this.y(node))
        .attr('text-anchor', (node) => isOutput(node) ? 'start' : 'end')
        .text((node) => isOutput(node) ? this.outputName(node) : isConstant(node) ? nodes.function[node].at(-1) : nodes.net[node]);
  }

  /// Outputs come last, bit 0 first.
  outputName(node) {
    const {nodes} = this.schematic;
    return `O[${node - nodes.function.indexOf('output')}]`;
  }

  describe(node) {
    const {nodes, wires} = this.schematic;
    const said = (losses) => losses
      ? Object.entries(losses).map(([kind, loss]) => `${kKindNames[kind]} ${number(loss, 2)} points`).join(', ') : 'not tried';
    const branches = d3.range(wires.to.length).filter((wire) => wires.to[wire] === node && this.sites.has(this.siteOfWire(wire)))
        .map((wire) => `pin ${wires.pin[wire]} (${nodes.net[wires.from[wire]]}): ${said(this.sites.get(this.siteOfWire(wire)))}`);
    return [`${nodes.net[node]}, ${nodes.function[node]} at depth ${nodes.level[node]}: ${said(this.sites.get(nodes.net[node]))}.`,
      ...branches].join(' ');
  }

  focus(node) {
    const {wires} = this.schematic;
    const lit = new Set([node]);
    this.wires.classed('lit', (wire) => {
      const touches = wires.from[wire] === node || wires.to[wire] === node;
      if (touches) lit.add(wires.from[wire]).add(wires.to[wire]);
      return touches;
    });
    this.nodes.classed('lit', (other) => lit.has(other));
    d3.select(this.svg.node().parentNode).classed('focus', node !== null);
    this.readout.textContent = node === null ? kReadoutHint : this.describe(node);
  }
}

const kReadoutHint = 'Point at a gate: its net, and what its faults cost.';

function schematicChart(campaign, choice) {
  const {schematic: index, multiplier} = campaign.cells[choice.cell];
  if (!isNumber(index)) return null;
  const schematic = campaign.schematics[index];
  const sites = lossesBySite(campaign, choice.cell, choice.mitigation);
  const nets = new Set(schematic.nodes.net);
  const rows = [...sites].map(([site, losses]) => [site, nets.has(site) ? 'net' : 'gate input', losses.sa0, losses.sa1, losses.inv])
      .filter(([site]) => nets.has(site) || site.includes('/'));
  if (rows.length < 2) return null;
  const [worst, losses] = [...sites].reduce((a, b) => (worstOf(a[1]) >= worstOf(b[1]) ? a : b));
  const most = worstOf(losses);
  return {
    lede: `${multiplier}: ${number(schematic.gates)} gates. The most vulnerable site is ${worst}: ${number(most, 2)} points on average.`,
    caption: 'Columns: longest path from the inputs. A net has the colour of its worst fault, a wire into a gate that of ' +
        'its branch. Grey: not tried.',
    legend: colourLegend(most > 0 ? most : 1, 'Mean loss of the worst fault (points)'),
    draw: (width) => {
      const readout = element('div', {class: 'readout lede'}, kReadoutHint);
      const drawing = new SchematicDrawing(schematic, sites, width - 2, readout);
      return element('div', {}, element('div', {class: 'schematic'}, drawing.svg.node()), readout);
    },
    columns: [{label: 'Site', text: true}, {label: 'What', text: true}, {label: 'Stuck at 0', unit: 'points', digits: 3},
      {label: 'Stuck at 1', unit: 'points', digits: 3}, {label: 'Inverted', unit: 'points', digits: 3}],
    rows,
  };
}
