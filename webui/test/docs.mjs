// Opens /docs and /redoc of a running server in a real browser, at the root and behind a prefix.
//   METTLE=build/release/mettle node test/docs.mjs [FOLDER_FOR_PICTURES]

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = process.argv[2];
if (pictures) mkdirSync(pictures, { recursive: true });

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

// Its process and address, once it serves.
function serve(...flags) {
  const binary = process.env.METTLE || join(root, 'build/release/mettle');
  const child = spawn(binary, ['serve', join(root, 'models/digits'), '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let said = '';
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`mettle serve ended with ${code}`)));
    child.stdout.on('data', (text) => {
      said += text;
      if (said.includes('Stop: Ctrl-C')) resolve({ child, url: said.match(/http:\/\/[\d.:]+/)[0] });
    });
  });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || found('chromium') || found('google-chrome'),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

// Opens a page, and checks that nothing was refused by its policy or asked for elsewhere.
async function open(name, url, look) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('console', (message) => check(message.type() !== 'error', `${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => check(false, `${name}: ${error.message}`));
  page.on('request', (request) => {
    const own = request.url().startsWith(new URL(url).origin) || /^(data|blob):/.test(request.url());
    check(own, `${name}: asked for ${request.url()}`);
  });
  page.on('response', (response) =>
    check(response.status() < 400, `${name}: ${response.status()} for ${response.url()}`),
  );
  await page.goto(url);
  await look(page);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
  await context.close();
}

// The example as it stands is sent by the page and answered.
async function tryItOut(page) {
  await page.getByText('Predict with digits').click();
  await page.getByRole('button', { name: 'Execute' }).click();
  const status = page.locator('.live-responses-table .response-col_status').nth(1);
  await status.waitFor();
  check((await status.innerText()).startsWith('200'), `docs: the example got ${await status.innerText()}`);
}

async function readRedoc(page) {
  await page.getByRole('heading', { name: 'Predict with digits' }).waitFor();
  await page.getByText('/predict/digits').first().waitFor();
}

for (const [where, flags, prefix] of [
  ['', [], ''],
  [' behind a prefix', ['--root-path', '/x'], '/x'],
]) {
  const { child, url } = await serve(...flags);
  await open(`docs${where}`, `${url}${prefix}/docs`, tryItOut);
  await open(`redoc${where}`, `${url}${prefix}/redoc`, readRedoc);
  child.removeAllListeners('exit');
  child.kill('SIGTERM');
}
await browser.close();
console.log(`${checks} checks, ${problems.length} failed`);
process.exit(problems.length ? 1 : 0);
