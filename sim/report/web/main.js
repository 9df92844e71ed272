// Puts the page together; parts without data are left out.

const kCampaignFigures = [
  ['exceedance', 'How many faults cost how much', exceedanceChart],
  ['rates', 'Fault rates', rateChart],
  ['energy', 'Resilience against energy', energyChart],
  ['layers', 'Sensitivity of layers', layerChart],
  ['bits', 'Loss by output bit', bitChart],
  ['depth', 'Loss by depth of the net', levelChart],
  ['pes', 'Vulnerability of PEs or lanes', peChart],
  ['netlist', 'Netlist', schematicChart],
];

function selector(label, names, onchange) {
  const select = element('select', {onchange: () => onchange(select.selectedIndex)}, names.map((name) => element('option', {}, name)));
  return element('label', {}, label, ' ', select);
}

function controls(campaign, choice) {
  const parts = [];
  if (campaign.cells.length > 1) {
    parts.push(selector('Cell', campaign.cells.map((_, i) => campaign.cellName(i)), (cell) => choice.set({cell})));
  }
  if (campaign.mitigations.length > 1) {
    parts.push(selector('Mitigation', campaign.mitigations, (mitigation) => choice.set({mitigation})));
  }
  return parts.length === 0 ? '' : element('div', {class: 'controls'}, parts);
}

function describeCampaign(campaign) {
  const [cell] = campaign.cells;
  const all = (key) => [...new Set(campaign.cells.map((row) => row[key]))].join(', ');
  return `${count(campaign.finished, 'trial')}: ${all('network')} on ${count(cell.images, 'image')} of ${all('dataset')}; ` +
      `${all('accelerator')}; ${campaign.cells.length > 4 ? count(new Set(campaign.cells.map((c) => c.multiplier)).size, 'multiplier') : all('multiplier')}; ` +
      `${all('number_format')}`;
}

function drawCampaign(parent, source, prefix) {
  const campaign = new Campaign(source);
  const choice = new Choice();
  parent.append(element('p', {class: 'subtitle'}, describeCampaign(campaign)));
  if (campaign.finished < campaign.planned) {
    parent.append(element('p', {class: 'warning'}, `Unfinished or stopped early: ${number(campaign.finished)} of ${number(campaign.planned)} trials.`));
  }
  if (campaign.disagreements > 0) {
    parent.append(element('p', {class: 'warning'}, `${count(campaign.disagreements, 'trial')} differ at gate level: do not use these results.`));
  }
  for (const remark of campaign.remarks) parent.append(element('p', {class: 'note'}, remark));
  parent.append(controls(campaign, choice));
  const top = element('div');
  parent.append(top);
  choice.onChange(() => top.replaceChildren(headline(campaign, choice)));
  const section = (name, title, ...content) => parent.append(element('section', {id: prefix + name}, element('h3', {}, title), ...content));
  section('results', 'Results', resultsTable(campaign));
  for (const [name, title, make] of kCampaignFigures) {
    figureSection(parent, choice, prefix + name, title, () => make(campaign, choice));
  }
  const hint = element('p', {class: 'note'}, 'Click a heading to sort. Filters: part of a name, or > 5, <= 2, 3..7.');
  if (campaign.faults) section('faults', 'Faults', hint, faultTable(campaign, choice));
  if (campaign.trials) section('trials', 'Trials', hint.cloneNode(true), trialTable(campaign, choice));
}

/// Links to the parts of the only source, or to all sources.
function contents(page) {
  const parts = report.sources.length === 1 ? [...page.querySelectorAll('section[id]')].filter((section) => !section.hidden)
    : [...page.querySelectorAll('h2[id]'), page.querySelector('#provenance')];
  const links = parts.map((part) => element('a', {href: '#' + part.id}, (part.firstElementChild ?? part).textContent));
  return element('nav', {class: 'contents', 'aria-label': 'Contents'}, links);
}

const page = document.getElementById('report');
page.append(element('h1', {}, report.title));
report.sources.forEach((source, i) => {
  const isOne = report.sources.length === 1;
  const prefix = isOne ? '' : `s${i + 1}-`;
  const block = isOne ? page : element('div');
  if (!isOne) {
    block.append(element('h2', {id: `s${i + 1}`}, source.name));
    page.append(block);
  }
  (source.kind === 'campaign' ? drawCampaign : drawRuns)(block, source, prefix);
});
drawProvenance(page);
page.querySelector('h1').after(contents(page));
document.body.dataset.ready = 'true';
