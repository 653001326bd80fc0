// Opens the built page in a real browser, from file://, with each fixture inside.
//   node test/browser.mjs [FOLDER_FOR_PICTURES]
// CHROMIUM names the browser, else chromium or google-chrome of the PATH. Where pdftoppm is
// missing the PDF is made but not turned into pictures.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const kPlaceholder = '<script id="mettle-data" type="application/json">null</script>';
const here = new URL('.', import.meta.url);
const page_source = readFileSync(new URL('../dist/report.html', here), 'utf8');
const pictures = process.argv[2];
if (pictures) mkdirSync(pictures, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'mettle-report-'));

const problems = [];
let checks = 0;
function check(holds, what) {
  checks += 1;
  if (!holds) problems.push(what);
  if (!holds) console.log(`  FAILED ${what}`);
}

function found(program) {
  try {
    return execFileSync('which', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

// As the C++ side does it: no "<" stays in the JSON, so that no text in it can end the element.
function withData(json) {
  const [before, after, ...rest] = page_source.split(kPlaceholder);
  check(after !== undefined && rest.length === 0, 'the page has exactly one place for its data');
  return before + kPlaceholder.replace('null', json.replaceAll('<', '\\u003c')) + after;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || found('chromium') || found('google-chrome'),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

// Opens `html`, runs `look`, and checks that nothing was said, asked for or run that should not be.
async function open(name, html, options, look) {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, html);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('console', (message) => check(message.type() !== 'error', `${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => check(false, `${name}: ${error.message}`));
  page.on('dialog', (dialog) => {
    check(false, `${name}: a script of the target ran`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const own = request.url() === pathToFileURL(path).href || request.url().startsWith('data:');
    check(own, `${name}: asked for ${request.url()}`);
  });
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('main h1');
  await page.waitForTimeout(150);
  await look(page);
  await context.close();
}

async function picture(page, name, whole = true) {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: whole });
}

async function noSidewaysScroll(page, name) {
  const [inner, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
  check(whole <= inner, `${name}: ${whole} px wide in a window of ${inner} px`);
}

async function says(page, name, texts) {
  const body = (await page.evaluate(() => document.body.innerText)).replace(/\s+/g, ' ');
  for (const text of texts) check(body.includes(text), `${name}: does not say "${text}"`);
  for (const bad of ['NaN', 'undefined', '[object', 'Infinity']) check(!body.includes(bad), `${name}: says "${bad}"`);
  check(!body.includes('could not be drawn'), `${name}: a part could not be drawn`);
}

async function chartsAreDrawn(page, name, atLeast) {
  const drawn = await page.$$eval('.chart-box svg', (all) => all.filter((svg) => svg.querySelectorAll('path').length > 3).length);
  const boxes = await page.$$eval('.chart-box', (all) => all.length);
  check(drawn === boxes && boxes >= atLeast, `${name}: ${drawn} of ${boxes} charts drawn, at least ${atLeast} wanted`);
}

async function paper(page, name) {
  const pdf = join(folder, `${name}.pdf`);
  const bytes = await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: true });
  check(bytes.length > 10_000, `${name}: the PDF has ${bytes.length} bytes`);
  const after = await page.evaluate(() => document.documentElement.classList.contains('printing'));
  check(!after, `${name}: still laid out for paper after printing`);
  if (pictures && found('pdftoppm')) execFileSync('pdftoppm', ['-r', '70', '-png', pdf, join(pictures, `${name}-page`)]);
}

const kFixtures = {
  ready: { charts: 8, texts: ['READY', '18 ms + n × 2 ms', '16 rows a request, 4 at once', '20,500 req/s', '3 things assumed, 3 stages skipped, unlike production in 2 ways', '71 % of headroom', '4 cores in eu-west pods', 'Where a request’s time goes at 21,668 req/s', '74 %', 'soak: the budget', 'Measurement VALID', 'samples.json', 'Where the time goes', 'AMD EPYC'] },
  'not-ready': { charts: 6, texts: ['NOT READY', 'Why it failed', 'What to do', 'Right alone and wrong under load', 'label[0] = 7', 'needs --allow-overload'] },
  invalid: { charts: 4, texts: ['INVALID', 'Send lag p99 is 4.82 ms', 'Quantum drift', 'drift_ppm'] },
  load: { charts: 4, texts: ['VALID, with failures', 'Aggregated', 'wine is overloaded', '99.9 %', '3,000 req/s', 'Measurement VALID', 'server: running the model'] },
  'compare-pass': { charts: 1, texts: ['PASS', 'Every metric certainly changed by less than what counts', '18 pairs of runs of 2', 'pass, better', 'looked at after 8 pairs', 'AMD EPYC'] },
  'compare-slower': { charts: 1, texts: ['REGRESSION', '+5.9 %', 'no interval', '12 more runs a side', '<img src=x onerror='] },
  hostile: { charts: 5, texts: ['NOT READY', '</script><img src=x onerror='] },
};

for (const [name, wanted] of Object.entries(kFixtures)) {
  console.log(name);
  const html = withData(readFileSync(new URL(`fixtures/${name}.json`, here), 'utf8'));
  await open(name, html, { colorScheme: 'light' }, async (page) => {
    if (name === 'invalid') {
      await page.click('text=Evidence as JSON >> nth=-1');
      await page.waitForSelector('text=drift_ppm');
    }
    await says(page, name, wanted.texts);
    await chartsAreDrawn(page, name, wanted.charts);
    await noSidewaysScroll(page, name);
    check((await page.$$('img')).length === 0, `${name}: markup of the target became an element`);
    check((await page.title()) !== 'owned', `${name}: a script of the target ran`);
    await picture(page, `${name}-light`);
    await paper(page, name);
    await chartsAreDrawn(page, `${name} after printing`, wanted.charts);
  });
  await open(`${name}-dark`, html, { colorScheme: 'dark' }, async (page) => {
    const theme = await page.evaluate(() => document.documentElement.dataset.theme);
    check(theme === 'dark', `${name}: dark systems get the ${theme} theme`);
    await picture(page, `${name}-dark`);
    await page.click('button[aria-label="Show in light colours"]');
    const next = await page.evaluate(() => document.documentElement.dataset.theme);
    check(next === 'light', `${name}: the toggle gives the ${next} theme`);
  });
  await open(`${name}-360`, html, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true }, async (page) => {
    await noSidewaysScroll(page, `${name} at 360 px`);
    await chartsAreDrawn(page, `${name} at 360 px`, wanted.charts);
    await picture(page, `${name}-360`);
  });
}

console.log('without a result');
await open('empty', page_source, {}, async (page) => {
  await says(page, 'empty', ['Drop a result file here']);
  await picture(page, 'empty');
  await page.setInputFiles('input[type=file]', new URL('fixtures/load.json', here).pathname);
  await page.waitForSelector('#requests-title');
  await says(page, 'opened file', ['Aggregated']);
});
await open('broken', page_source, {}, async (page) => {
  const give = (text) => page.setInputFiles('input[type=file]', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await give('{"schema": "mettle.prove/1", ');
  await page.waitForSelector('text=This file is not JSON.');
  await give('{"schema": "mettle.run/9"}');
  await page.waitForSelector('text=newer than this page');
  await picture(page, 'broken');
  await give('{"schema": "mettle.prove/1"}');
  await page.waitForSelector('text=Why INVALID');
  await says(page, 'bare', ['INVALID']);
});

await browser.close();
rmSync(folder, { recursive: true });
console.log(problems.length === 0 ? `${checks} checks passed` : `${problems.length} of ${checks} checks FAILED`);
process.exit(problems.length === 0 ? 0 : 1);
