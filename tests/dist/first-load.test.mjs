// What the login page costs: it is opened in Chromium, and every file that was asked for is weighed (brotli 11).
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium } from '@playwright/test';
import { DIST, ROOT, chromiumFlags, chromiumPath } from '../../tools/lib.mjs';
import { serve } from '../../tools/serve.mjs';

const budget = JSON.parse(readFileSync(join(ROOT, 'tests/budget.json'), 'utf8')).login_first_load_brotli;
const weigh = (path) => {
  const raw = readFileSync(join(DIST, path));
  return brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length } }).length;
};

test(`the login page loads at most ${budget.toLocaleString('en-US')} bytes before anybody does anything`, async () => {
  const asked = [], problems = [];
  const site = await serve({ onRequest: (request) => asked.push(request) });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) problems.push(message.text()); });
    await page.goto(`${site.origin}/auth/login`);
    // Until the page has twice been idle and asked for nothing more: what the app fetches by itself when idle counts too.
    for (let seen = -1; seen !== asked.length;) {
      seen = asked.length;
      await page.evaluate(() => new Promise((idle) => requestIdleCallback(() => requestIdleCallback(idle))));
      await page.waitForLoadState('networkidle');
    }
  } finally {
    await browser.close();
    await site.close();
  }
  assert.deepEqual(problems, [], 'the page opens without errors and warnings');
  assert.deepEqual(asked.filter(({ key }) => !key).map(({ path }) => path), [], 'every file that was asked for exists');
  const all = asked.map(({ key }) => key.slice(1));
  const names = [...new Set(all)];
  // (Chromium takes its time with icons: it may ask again for one that it has not got yet.)
  assert.deepEqual(all.filter((name, i) => all.indexOf(name) !== i && !/favicon/.test(name)), [], 'no file is asked for twice');
  const sizes = names.map((name) => [name, weigh(name)]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  for (const [name, size] of sizes) console.log(`${String(size).padStart(8)}  ${name}`);
  console.log(`${String(total).padStart(8)}  in all, of ${budget}`);
  assert.ok(names.some((name) => name.endsWith('.wasm')), 'the app was loaded');
  assert.ok(total <= budget, `${total} bytes are more than the budget of ${budget} (tests/budget.json)`);
  const { firstLoad } = JSON.parse(readFileSync(join(ROOT, 'target/sizes.json'), 'utf8'));
  assert.deepEqual(names.toSorted(), firstLoad.files.toSorted(), '`make build` adds up the same files');
});
