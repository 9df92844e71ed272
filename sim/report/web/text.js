// Text: numbers as people read them, elements, CSV.

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return node;
}

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/// "1,234.50"; a minus sign that is one; "–" for nothing; what rounds to nothing has no sign.
function number(value, digits = 0) {
  if (!isNumber(value)) return '–';
  const text = Math.abs(value).toLocaleString('en-US',
      {minimumFractionDigits: digits, maximumFractionDigits: digits});
  return value < 0 && /[1-9]/.test(text) ? '\u2212' + text : text;
}
const percent = (share, digits = 1) => isNumber(share) ? number(100 * share, digits) : '–';
const range = (lower, upper, digits) => isNumber(lower) && isNumber(upper)
    ? `${number(lower, digits)} to ${number(upper, digits)}` : '–';
/// For columns: a dash, or an ellipsis where a limit is negative.
const shortRange = (lower, upper, digits) => isNumber(lower) && isNumber(upper)
    ? `${number(lower, digits)}${lower < 0 ? ' … ' : '–'}${number(upper, digits)}` : '–';
const count = (n, one, many = one + 's') => `${number(n)} ${n === 1 ? one : many}`;

const inPoints = (value) => `${brief(value)} ${value === 1 ? 'point' : 'points'}`;

/// Up to four significant digits, for fault rates and energies.
const brief = (value) => String(Number(value.toPrecision(4)));

function csvField(value) {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

/// A link that makes its data when it is used.
function csvLink(name, makeRows) {
  const link = element('a', {download: name + '.csv', href: 'data:text/csv,'}, 'CSV');
  const fill = () => {
    const text = makeRows().map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n';
    link.href = 'data:text/csv;charset=utf-8,' + encodeURIComponent(text);
  };
  for (const event of ['pointerdown', 'keydown', 'click']) link.addEventListener(event, fill);
  return link;
}

/// `columns`: {label, unit, digits, text}; a column with `text` is left-aligned. `rows` hold their values.
function plainTable(columns, rows, {isMarked = () => false, isTall = false} = {}) {
  const head = columns.map((column) => element('th', {class: column.text ? null : 'number', scope: 'col'}, column.label,
      column.unit ? element('span', {class: 'unit'}, column.unit) : null));
  const cell = (column, value) => column.text
      ? element('td', {class: column.interval ? 'interval' : null}, value ?? '–')
      : element('td', {class: 'number' + (column.interval ? ' interval' : '')},
                typeof value === 'string' ? value : number(value, column.digits ?? 0));
  const body = rows.map((row, i) => element('tr', {class: isMarked(i) ? 'mark' : null},
      row.map((value, k) => cell(columns[k], value))));
  return element('div', {class: 'scroll' + (isTall ? ' tall' : ''), tabindex: isTall ? 0 : null},
      element('table', {}, element('thead', {}, element('tr', {}, head)), element('tbody', {}, body)));
}

const csvHead = (columns) => columns.map((column) => column.unit ? `${column.label} (${column.unit})` : column.label);
