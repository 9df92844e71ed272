// A figure: a sentence that says what it shows, the drawing, its data as a table and as CSV.

const kPrintWidth = 700;
const figures = [];

/// Redraws `draw(width)` into `box` when the width changes, and at the printed width for print.
function keepDrawn(box, draw) {
  let width = 0;
  const redraw = (wanted) => {
    width = wanted;
    box.replaceChildren(draw(width));
  };
  new ResizeObserver(() => {
    const wanted = Math.floor(box.clientWidth);
    if (wanted > 0 && Math.abs(wanted - width) > 1) redraw(wanted);
  }).observe(box);
  figures.push({print: () => redraw(kPrintWidth), screen: () => redraw(Math.floor(box.clientWidth))});
  return () => redraw(Math.floor(box.clientWidth) || kPrintWidth);
}
window.addEventListener('beforeprint', () => figures.forEach((figure) => figure.print()));
window.addEventListener('afterprint', () => figures.forEach((figure) => figure.screen()));

function legend(names, colours) {
  return element('div', {class: 'legend'}, names.map((name, i) =>
    element('span', {}, element('i', {style: `background:${colours[i]}`}), name)));
}

/// A section whose content depends on the choice. `make()` returns null when there is nothing to show, else
/// {lede, caption, legend, draw(width), columns, rows}.
function figureSection(parent, choice, id, title, make) {
  const section = element('section', {id});
  const lede = element('p', {class: 'lede'});
  const key = element('div');
  const box = element('div', {'aria-hidden': 'true'});
  const caption = element('figcaption');
  const figure = element('figure', {role: 'group'}, key, box, caption);
  const links = element('div', {class: 'links'});
  section.append(element('h3', {}, title), lede, figure, links);
  parent.append(section);
  let current = null;
  const redraw = keepDrawn(box, (width) => current ? current.draw(width) : '');
  choice.onChange(() => {
    current = make();
    section.hidden = current === null;
    if (!current) return;
    lede.textContent = current.lede;
    figure.setAttribute('aria-label', `${title}. ${current.lede}`);
    caption.textContent = current.caption ?? '';
    key.replaceChildren(current.legend ?? '');
    const {columns, rows} = current;
    const details = element('details', {ontoggle: () => {
      if (details.open && details.childElementCount === 1) details.append(plainTable(columns, rows, {isTall: true}));
    }}, element('summary', {}, 'Data'));
    links.replaceChildren(details, csvLink(id, () => [csvHead(columns), ...rows]));
    redraw();
  });
  return section;
}

/// Options that all charts share; labels of axes stand in their middle, without arrows.
function plotOptions(width, options) {
  const axis = (name, anchor) => options[name] ? {[name]: {labelArrow: 'none', labelAnchor: anchor, ...options[name]}} : {};
  return {
    width,
    height: 300,
    marginLeft: 56,
    marginRight: 24,
    marginBottom: 44,
    style: {fontFamily: 'inherit', fontSize: '12px', background: 'none', overflow: 'visible'},
    ...options,
    ...axis('x', 'center'),
    ...axis('y', 'top'),
    ...axis('fx', 'center'),
    ...axis('fy', 'center'),
  };
}
