// Where the numbers come from, and how to get them again.

function keyValues(pairs) {
  return element('div', {class: 'scroll'}, element('table', {class: 'key-values'}, element('tbody', {},
      pairs.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([key, value]) =>
        element('tr', {}, element('th', {scope: 'row'}, key), element('td', {}, value))))));
}

const code = (text) => element('code', {}, text);
const shortHash = (hash) => element('code', {title: hash}, hash);

function fileLink(name, text) {
  return element('a', {download: name, href: 'data:text/plain;charset=utf-8,' + encodeURIComponent(text)}, name);
}

function campaignProvenance(campaign) {
  const {provenance} = campaign;
  const config = `${campaign.name}.yaml`;
  const results = campaign.file.split('/').at(-1);
  const share = campaign.tried_share;
  return element('div', {},
      keyValues([
        ['Results', code(campaign.file)],
        ['Faultwave', `${provenance.version}, revision ${provenance.revision}`],
        ['Seed', provenance.seed],
        ['Trials', `${number(campaign.finished)} of ${number(campaign.planned)} planned` + (campaign.population
          ? `, population ${number(campaign.population)} (${percent(share, share < 0.1 ? 2 : 1)} % tried)` : '')],
        ['Checked at gate level', campaign.verified === 0 ? 'no trial' : `${count(campaign.verified, 'trial')}, ` +
          (campaign.disagreements === 0 ? 'all agree' : `${campaign.disagreements} DISAGREE`)],
        ['SHA-256 of the plan', shortHash(provenance.plan_sha256)],
        ['SHA-256 of the results', shortHash(provenance.content_sha256)],
        ...Object.entries(campaign.notes).map(([key, value]) => [key.replaceAll('_', ' '), value]),
      ]),
      campaign.cells.map((cell, i) => keyValues([
        ['Cell', campaign.cellName(i)],
        ['Network', `${cell.network}, ${count(cell.images, 'image')} of ${cell.dataset} from ${number(cell.first_image)} on`],
        ['Accelerator', cell.accelerator],
        ['Multiplier', `${cell.multiplier}, ${cell.number_format}, ${brief(cell.energy_pj)} pJ per multiplication`],
        ['SHA-256 of the netlist', shortHash(cell.netlist_sha256)],
        ['SHA-256 of its products', shortHash(cell.table_sha256)],
      ])),
      element('p', {}, 'The same results again, with ', fileLink(config, provenance.config), ':'),
      element('pre', {}, `faultwave campaign ${config} --out ${results}`),
      element('details', {}, element('summary', {}, 'Configuration'), element('pre', {}, provenance.config)));
}

const energyOf = (figure) => figure && isNumber(figure.energy_pj) ? `${brief(figure.energy_pj)} pJ (${figure.source})` : null;

function runProvenance(source) {
  return element('div', {}, source.experiments.map((experiment) => {
    const {provenance} = experiment;
    const config = `${experiment.name || source.name}.yaml`;
    return element('div', {},
        keyValues([
          ['Run', experiment.name],
          ['Result', code(source.file)],
          ['Faultwave', `${provenance.version}, revision ${provenance.git}`],
          ['Seed', isNumber(provenance.seed) ? String(provenance.seed) : null],
          ['Energy of a multiplication', energyOf(experiment.multiplication.multiplier)],
          ['Of an exact one', energyOf(experiment.multiplication.exact)],
          ['Netlist', provenance.netlist],
          ['SHA-256 of the netlist', provenance.netlist_sha256 && shortHash(provenance.netlist_sha256)],
          ['SHA-256 of its products', provenance.table_sha256 && shortHash(provenance.table_sha256)],
        ]),
        provenance.config ? [element('p', {}, 'The same results again, with ', fileLink(config, provenance.config), ':'),
          element('pre', {}, `faultwave run ${config} --json result.json`),
          element('details', {}, element('summary', {}, 'Configuration'), element('pre', {}, provenance.config))] : null);
  }));
}

function drawProvenance(parent) {
  const section = element('section', {id: 'provenance'}, element('h2', {}, 'Provenance'));
  for (const source of report.sources) {
    if (report.sources.length > 1) section.append(element('h3', {}, source.name));
    section.append(source.kind === 'campaign' ? campaignProvenance(new Campaign(source)) : runProvenance(source));
  }
  section.append(element('p', {}, `This report was made by Faultwave ${report.version}, revision ${report.revision}:`),
      element('pre', {}, report.command));
  parent.append(section);
}
