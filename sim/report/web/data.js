// The report's data, and what the parts of the page ask it.

const report = JSON.parse(document.getElementById('data').textContent);

const seriesColour = (index) => `var(--series-${index % 12})`;

/// One campaign; cells and mitigations are indices.
class Campaign {
  constructor(source) {
    Object.assign(this, source);
    this.faultNames = new Map();
  }
  rows(part, cell, mitigation) {
    return (this[part] ?? []).filter((row) => row.cell === cell && (mitigation === undefined || row.mitigation === mitigation));
  }
  cellName(cell) {
    const {name, multiplier} = this.cells[cell];
    return name === multiplier ? name : `${name} (${multiplier})`;
  }
  goldenAccuracy(cell) { return this.cells[cell].golden_correct / this.cells[cell].images; }
  exactAccuracy(cell) { return this.cells[cell].exact_correct / this.cells[cell].images; }
  /// Names of all faults of a class, as the PE has them.
  members(fault) {
    const {members, name} = this.faults;
    return members[fault].length > 0 ? members[fault] : [name[fault]];
  }
  confidenceText() { return `${number(100 * this.confidence, Number.isInteger(100 * this.confidence) ? 0 : 1)} %`; }
}

/// What the reader chose for a campaign; parts of the page draw themselves again when it changes.
class Choice {
  constructor() {
    this.cell = 0;
    this.mitigation = 0;
    this.listeners = [];
  }
  onChange(draw) {
    this.listeners.push(draw);
    draw();
  }
  set(values) {
    Object.assign(this, values);
    for (const draw of this.listeners) draw();
  }
}
