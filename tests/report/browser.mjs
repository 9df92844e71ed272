// Opens a report in headless Chromium and prints what it found as JSON: errors on the console, requests, the sections
// and their figures, and how the tables answer when they are used.
//   node browser.mjs PAGE.html [--dark] [--width N] [--screenshot FILE.png] [--clip SELECTOR] [--pdf FILE.pdf]
// $CHROMIUM names the browser, default chromium. Exit status 77: there is none.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';

const kTimeoutMs = 240_000;

const {values: options, positionals: [page]} = parseArgs({allowPositionals: true, options: {
  dark: {type: 'boolean'}, width: {type: 'string', default: '1200'}, screenshot: {type: 'string'}, clip: {type: 'string'},
  pdf: {type: 'string'}}});

/// The DevTools protocol over two pipes: JSON messages that end with a zero byte.
class Browser {
  constructor(profile) {
    this.child = spawn(process.env.CHROMIUM ?? 'chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
      '--no-first-run', '--disable-extensions', '--disable-background-networking', `--user-data-dir=${profile}`,
      '--remote-debugging-pipe', 'about:blank'], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    this.child.on('error', (error) => {
      console.error(error.message);
      process.exit(77);
    });
    this.waiting = new Map();
    this.listeners = [];
    this.next = 1;
    let rest = '';
    this.child.stdio[4].setEncoding('utf8').on('data', (data) => {
      const messages = (rest + data).split('\0');
      rest = messages.pop();
      for (const message of messages) this.receive(JSON.parse(message));
    });
  }
  receive(message) {
    if (message.id === undefined) return this.listeners.forEach((listener) => listener(message.method, message.params));
    const {done, fail} = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) fail(new Error(message.error.message));
    else done(message.result);
  }
  send(method, params = {}) {
    const id = this.next++;
    this.child.stdio[3].write(JSON.stringify({id, method, params, sessionId: this.session}) + '\0');
    return new Promise((done, fail) => this.waiting.set(id, {done, fail}));
  }
  async evaluate(body) {
    const {result, exceptionDetails} = await this.send('Runtime.evaluate',
        {expression: `(async () => {${body}})()`, awaitPromise: true, returnByValue: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
}

/// What the page shows, part by part.
const kInspect = `
  const sections = [...document.querySelectorAll('section[id]')].filter((section) => !section.hidden);
  return {
    title: document.title,
    text: document.body.innerText,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    sections: sections.map((section) => section.id),
    figures: sections.filter((section) => section.querySelector('figure')).map((section) => ({
      id: section.id,
      marks: section.querySelectorAll('figure svg path, figure svg rect, figure svg circle, figure svg line, figure svg image').length,
      alternative: section.querySelector('figure').getAttribute('aria-label'),
      hasTable: section.querySelector('details summary') !== null,
      csv: section.querySelector('a[download]')?.download ?? null,
    })),
  };`;

/// Sorts and filters every large table as a reader does, and reads what it shows.
const kUseTables = `
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const tables = [];
  for (const grid of document.querySelectorAll('.grid')) {
    const status = grid.previousElementSibling;
    const shown = (column) => [...grid.querySelectorAll('tbody tr:not(.spacer)')].map((row) => row.cells[column].textContent);
    const heads = [...grid.querySelectorAll('th')];
    const rows = status.textContent;
    const rendered = grid.querySelectorAll('tbody tr').length;
    const numeric = heads.findIndex((head) => /loss/i.test(head.textContent));
    heads[numeric].querySelector('button').click();
    if (heads[numeric].getAttribute('aria-sort') !== 'descending') heads[numeric].querySelector('button').click();
    await frame();
    const descending = shown(numeric);
    grid.scrollTop = grid.scrollHeight;
    await frame();
    const last = shown(numeric);
    const input = heads[0].querySelector('input');
    const wanted = shown(0).at(-1);
    input.value = heads[0].classList.contains('number') ? '= ' + wanted.replaceAll(',', '') : wanted;
    input.dispatchEvent(new Event('input'));
    await frame();
    const filtered = {wanted, shown: shown(0), status: status.textContent};
    input.value = '';
    input.dispatchEvent(new Event('input'));
    await frame();
    const link = grid.parentNode.querySelector('a[download]');
    link.dispatchEvent(new Event('pointerdown'));
    const csv = decodeURIComponent(link.href.slice(link.href.indexOf(',') + 1)).split('\\r\\n');
    tables.push({name: grid.querySelector('table').getAttribute('aria-label'), rows, rendered, descending, last, filtered,
      csvLines: csv.length - 1, csvHead: csv[0]});
  }
  return tables;`;

async function open(browser) {
  const {targetId} = await browser.send('Target.createTarget', {url: 'about:blank'});
  browser.session = (await browser.send('Target.attachToTarget', {targetId, flatten: true})).sessionId;
  const found = {errors: [], requests: []};
  let loaded;
  const load = new Promise((done) => { loaded = done; });
  browser.listeners.push((method, params) => {
    if (method === 'Runtime.exceptionThrown') found.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) {
      found.errors.push(params.args.map((argument) => argument.value ?? argument.description).join(' '));
    }
    if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level)) found.errors.push(params.entry.text);
    if (method === 'Network.requestWillBeSent') found.requests.push(params.request.url.slice(0, 200));
    if (method === 'Page.loadEventFired') loaded();
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Performance']) await browser.send(`${domain}.enable`);
  await browser.send('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: options.dark ? 'dark' : 'light'}]});
  await browser.send('Emulation.setDeviceMetricsOverride', {width: Number(options.width), height: 900, deviceScaleFactor: 1, mobile: false});
  const url = pathToFileURL(resolve(page)).href;
  const start = performance.now();
  await browser.send('Page.navigate', {url});
  await load;
  found.ready = await browser.evaluate(`
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return document.body.dataset.ready === 'true';`);
  found.open_ms = Math.round(performance.now() - start);
  // What the page's process worked, whatever else the machine was busy with.
  const {metrics} = await browser.send('Performance.getMetrics');
  const metric = (name) => metrics.find((entry) => entry.name === name)?.value ?? 0;
  found.cpu_ms = Math.round(1000 * metric('ProcessTime'));
  found.requests = found.requests.filter((request) => request !== url && !request.startsWith('data:'));
  return found;
}

async function shoot(browser) {
  const box = await browser.evaluate(options.clip
    ? `const b = document.querySelector(${JSON.stringify(options.clip)}).getBoundingClientRect();
       return {x: 0, y: Math.max(0, b.y + scrollY - 16), width: innerWidth, height: Math.min(b.height + 32, 8000)};`
    : 'return {x: 0, y: 0, width: innerWidth, height: Math.min(document.documentElement.scrollHeight, 8000)};');
  const {data} = await browser.send('Page.captureScreenshot', {captureBeyondViewport: true, clip: {...box, scale: 1}});
  writeFileSync(options.screenshot, Buffer.from(data, 'base64'));
}

const profile = mkdtempSync(join(tmpdir(), 'report-browser-'));
const browser = new Browser(profile);
const timer = setTimeout(() => {
  console.error(`the browser did not finish within ${kTimeoutMs / 1000} s`);
  browser.child.kill();
  process.exit(1);
}, kTimeoutMs);
try {
  const found = await open(browser);
  if (found.ready) {
    Object.assign(found, await browser.evaluate(kInspect));
    if (options.screenshot) await shoot(browser);
    found.tables = await browser.evaluate(kUseTables);
    if (options.pdf) {
      const {data} = await browser.send('Page.printToPDF', {printBackground: true, preferCSSPageSize: false});
      writeFileSync(options.pdf, Buffer.from(data, 'base64'));
    }
  }
  console.log(JSON.stringify(found));
} finally {
  clearTimeout(timer);
  browser.child.kill();
  await new Promise((done) => browser.child.once('exit', done));
  rmSync(profile, {recursive: true, force: true, maxRetries: 20, retryDelay: 200});
}
