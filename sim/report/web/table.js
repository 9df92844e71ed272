// A table of any number of rows: sorted, filtered, only the rows in view are in the document.

const kRowHeight = 27;
const kPrintedRows = 60;

/// Tests a value against what was typed: part of a text; "> 5", "<= 2", "3..7" or "5" for numbers.
function makeTest(typed, isText) {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return null;
  if (isText) return (value) => value !== null && String(value).toLowerCase().includes(wanted);
  const between = wanted.match(/^(-?[\d.]+)\s*\.\.\s*(-?[\d.]+)$/);
  if (between) return (value) => isNumber(value) && value >= Number(between[1]) && value <= Number(between[2]);
  const compared = wanted.match(/^(<=|>=|<|>|=)?\s*(-?[\d.]+)$/);
  if (!compared) return () => false;
  const limit = Number(compared[2]);
  const operations = {'<': (v) => v < limit, '<=': (v) => v <= limit, '>': (v) => v > limit, '>=': (v) => v >= limit};
  const test = operations[compared[1]] ?? ((v) => v === limit);
  return (value) => isNumber(value) && test(value);
}

/// `columns`: {label, unit, digits, text, value(row), show(row)}; a row is an index below `size`.
class DataTable {
  constructor(name, columns, {sortBy = null, isDescending = true} = {}) {
    this.name = name;
    this.columns = columns;
    this.sortBy = sortBy;
    this.isDescending = isDescending;
    this.filters = columns.map(() => '');
    this.size = 0;
    this.order = new Int32Array(0);
    this.status = element('p', {class: 'note', role: 'status'});
    this.table = element('table', {'aria-label': name});
    this.view = element('div', {class: 'grid', tabindex: 0, onscroll: () => this.showRows()}, this.table);
    const csv = csvLink(name, () => [csvHead(this.columns),
      ...Array.from(this.order, (row) => this.columns.map((column) => column.value(row)))]);
    this.node = element('div', {}, this.status, this.view, element('div', {class: 'links'}, csv));
    window.addEventListener('beforeprint', () => this.showRows(true));
    window.addEventListener('afterprint', () => this.showRows());
    new ResizeObserver(() => this.showRows()).observe(this.view);
  }

  setRows(size) {
    this.size = size;
    this.makeHead();
    this.arrange();
  }

  widthOf(column) {
    let longest = Math.max(column.label.length + 2, column.unit ? column.unit.length : 0, 5);
    const step = Math.max(1, Math.floor(this.size / 300));
    for (let row = 0; row < this.size; row += step) longest = Math.max(longest, this.text(column, row).length);
    return Math.min(longest, 34) * 7.6 + 20;
  }

  makeHead() {
    const widths = this.columns.map((column) => this.widthOf(column));
    const heads = this.columns.map((column, k) => {
      const input = element('input', {type: 'search', value: this.filters[k], 'aria-label': `Filter ${column.label}`,
        placeholder: column.text ? 'contains' : '> 0', oninput: () => {
          this.filters[k] = input.value;
          this.arrange();
        }});
      return element('th', {class: column.text ? null : 'number', scope: 'col', title: column.hint},
          element('button', {type: 'button', onclick: () => this.sortAgain(k)},
              element('span', {class: 'name'}, column.label), element('span', {class: 'unit'}, column.unit ?? '\u00a0')),
          input);
    });
    this.heads = heads;
    this.body = element('tbody');
    this.table.replaceChildren(element('colgroup', {}, widths.map((width) => element('col', {style: `width:${width}px`}))),
        element('thead', {}, element('tr', {}, heads)), this.body);
    this.table.style.width = widths.reduce((a, b) => a + b, 0) + 'px';
  }

  sortAgain(column) {
    this.isDescending = this.sortBy === column ? !this.isDescending : !this.columns[column].text;
    this.sortBy = column;
    this.arrange();
  }

  arrange() {
    const tests = this.columns.map((column, k) => [column, makeTest(this.filters[k], column.text)]).filter(([, test]) => test);
    const rows = [];
    for (let row = 0; row < this.size; ++row) {
      if (tests.every(([column, test]) => test(column.value(row)))) rows.push(row);
    }
    this.order = Int32Array.from(rows);
    if (this.sortBy !== null) this.sort();
    this.heads.forEach((head, k) => k === this.sortBy
      ? head.setAttribute('aria-sort', this.isDescending ? 'descending' : 'ascending') : head.removeAttribute('aria-sort'));
    this.status.textContent = this.order.length === this.size ? count(this.size, 'row')
      : `${number(this.order.length)} of ${count(this.size, 'row')}`;
    this.view.scrollTop = 0;
    this.showRows();
  }

  /// Rows without a value come last, whichever the direction; equal ones keep their order.
  sort() {
    const column = this.columns[this.sortBy];
    const sign = this.isDescending ? -1 : 1;
    const compareTexts = new Intl.Collator('en', {numeric: true}).compare;
    const keys = new Array(this.size);
    for (const row of this.order) keys[row] = column.value(row);
    let compare = (a, b) => keys[a] - keys[b];
    if (column.text) {
      const ranks = new Map([...new Set(keys)].filter((key) => key !== undefined && key !== null)
          .sort(compareTexts).map((key, i) => [key, i]));
      compare = (a, b) => ranks.get(keys[a]) - ranks.get(keys[b]);
    }
    const isMissing = (row) => keys[row] === null || keys[row] === undefined;
    this.order.sort((a, b) => (isMissing(a) - isMissing(b)) || (isMissing(a) ? 0 : sign * compare(a, b)) || a - b);
  }

  text(column, row) {
    if (column.show) return column.show(row);
    const value = column.value(row);
    return column.text ? value ?? '–' : number(value, column.digits ?? 0);
  }

  showRows(isPrinting = false) {
    if (!this.body) return;
    const visible = Math.ceil(this.view.clientHeight / kRowHeight) + 10;
    const first = isPrinting ? 0 : Math.max(0, Math.floor(this.view.scrollTop / kRowHeight) - 5);
    const last = Math.min(this.order.length, isPrinting ? kPrintedRows : first + visible);
    const rows = [];
    for (let i = first; i < last; ++i) {
      const row = this.order[i];
      rows.push(element('tr', {'aria-rowindex': i + 2}, this.columns.map((column) => {
        const text = this.text(column, row);
        return element('td', {class: column.text ? null : 'number', title: text.length > 30 ? text : null}, text);
      })));
    }
    const spacer = (height) => height <= 0 || isPrinting ? null : element('tr', {class: 'spacer', 'aria-hidden': 'true'},
        element('td', {colspan: this.columns.length, style: `height:${height}px`}));
    const left = this.order.length - last;
    const more = isPrinting && left > 0 ? element('tr', {}, element('td', {colspan: this.columns.length},
        `${number(left)} more rows: see the page itself`)) : null;
    this.table.setAttribute('aria-rowcount', this.order.length + 1);
    this.body.replaceChildren(...[spacer(first * kRowHeight), ...rows, more, spacer(left * kRowHeight)].filter(Boolean));
  }
}
