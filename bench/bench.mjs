// `make bench`: what a visitor waits for, measured in Chromium. bench/README.md says how to read it.
//
//   node bench/bench.mjs                    dist/
//   PEERS=dir node bench/bench.mjs          the sites built under dir as well, each in turn (bench/README.md)
//   RUNS=3 ...                              fewer loads for each figure (7)
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { chromium } from '@playwright/test';
import { DIST, ROOT, chromiumFlags, chromiumPath, die } from '../tools/lib.mjs';
import { serve } from '../tools/serve.mjs';
import { figure, table } from './report.mjs';
import { makeChallenge } from './srp.mjs';

const RUNS = Number(process.env.RUNS ?? 7);
if (!Number.isInteger(RUNS) || RUNS < 1 || RUNS > 100) die(`RUNS=${process.env.RUNS} is not a number from 1 to 100.`);
const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const USER = { name: '5b2a7c1e-0000-4000-8000-1234567890ab', email: 'ada@example.com', password: 'Correct-horse-1!' };
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --------------------------------------------------------------------------------------------------------- the sites
const USUAL = { path: '/auth/login', email: 'input[type=email], input[name=username], input[autocomplete~=username]', password: 'input[type=password]', submit: 'form button:not([type=button])' };
function sites() {
  if (!existsSync(join(DIST, 'index.html'))) die("dist/ is missing: run 'make build' first.");
  const config = JSON.parse(readFileSync(join(DIST, 'config.json'), 'utf8'));
  const list = [{ ...USUAL, label: 'Doorward', dist: DIST, pool: config.auth.user_pool_id }];
  const dir = process.env.PEERS;
  if (!dir) return list;
  if (!existsSync(dir)) die(`PEERS=${dir}: there is no such directory.`);
  const described = existsSync(join(dir, 'peers.json')) ? JSON.parse(readFileSync(join(dir, 'peers.json'), 'utf8')) : undefined;
  const peers = described ?? readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    .flatMap((entry) => readdirSync(join(dir, entry.name)).filter((name) => /^dist/.test(name)).map((name) => ({ label: `${entry.name}${name.slice(4)}`, dist: `${entry.name}/${name}` })));
  for (const peer of peers) {
    const dist = join(dir, peer.dist);
    if (!existsSync(join(dist, 'index.html'))) die(`${dist} has no index.html.`);
    list.push({ ...USUAL, path: '/', pool: 'eu-west-1_Example01', ...peer, dist });
  }
  return list;
}

// ----------------------------------------------------------------------------------------------------------- browser
/** A new browser with a new profile, so that nothing is remembered between two loads. */
async function withBrowser(work) {
  const profile = mkdtempSync(join(tmpdir(), 'doorward-bench-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: chromiumPath(), args: chromiumFlags, viewport: { width: 1280, height: 800 } });
  try {
    const page = context.pages()[0] ?? await context.newPage();
    return await work(page, await context.newCDPSession(page));
  } finally {
    await context.close().catch(() => {});
    rmSync(profile, { recursive: true, force: true });
  }
}

/** Waits until the machine has little else to do, at most 8 s; tells whether it had. */
async function quiet() {
  const snapshot = () => cpus().reduce((sum, { times }) => ({ idle: sum.idle + times.idle, all: sum.all + Object.values(times).reduce((a, b) => a + b, 0) }), { idle: 0, all: 0 });
  for (let tries = 0; tries < 16; tries++) {
    const from = snapshot();
    await sleep(500);
    const to = snapshot();
    if ((to.idle - from.idle) / (to.all - from.all) > 0.8) return true;
  }
  return false;
}

// -------------------------------------------------------------------------------------------------------- first load
/** Runs in the page before anything of it. Notes the first paint and when the form can be used. */
function observe(selector) {
  if (location.pathname === '/blank') return;
  const seen = (window.__bench = { paint: null, usable: null, longest: 0, blocked: 0 });
  // Who listens for submit or click? A listener that a classic script adds while it is being loaded does not count: such
  // scripts come before the app and only keep what is typed too early.
  const listeners = { submit: new WeakSet(), click: new WeakSet() };
  const add = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    if (listeners[type] && !document.currentScript) listeners[type].add(this ?? window);
    return add.call(this ?? window, type, ...rest);
  };
  const heard = (type, element) => {
    for (let node = element; node; node = node.parentNode) if (listeners[type].has(node)) return true;
    return listeners[type].has(window);
  };
  new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint').forEach((entry) => { seen.paint = entry.startTime; })).observe({ type: 'paint', buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => {
    seen.longest = Math.max(seen.longest, duration);
    seen.blocked += duration - 50;
  })).observe({ type: 'longtask', buffered: true });
  const look = () => {
    const field = document.querySelector(selector), button = field?.form?.querySelector('button');
    const usable = field && !field.disabled && field.getClientRects().length && (heard('submit', field.form ?? field) || (button && heard('click', button)));
    if (!usable) return requestAnimationFrame(look);
    // The main thread takes input again once a task posted now has run.
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { seen.usable = performance.now(); };
    channel.port2.postMessage(0);
  };
  requestAnimationFrame(look);
}

async function firstLoad(site, origin, slow, requests) {
  return withBrowser(async (page, cdp) => {
    // The blank page of the same origin starts the renderer, which is no merit or fault of the site.
    await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>blank</title>' }));
    await page.goto(`${origin}/blank`);
    await page.unroute('**/blank');
    await page.addInitScript(observe, site.email);
    const calm = await quiet();
    await cdp.send('Network.enable');
    if (slow) {
      await cdp.send('Network.emulateNetworkConditions', SLOW);
      await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    }
    requests.length = 0;
    await page.goto(origin + site.path, { waitUntil: 'commit' });
    const end = Date.now() + 60_000;
    for (let count = -1; ;) {
      await sleep(700); // seldom: each look is a task in the page
      const seen = await page.evaluate(() => window.__bench);
      if (seen?.usable && seen.paint && count === requests.length) return { ...seen, calm };
      if (Date.now() > end) throw new Error(`${site.label}: ${site.path} never got a form that can be used (${JSON.stringify(seen)})`);
      count = requests.length;
    }
  });
}

// ----------------------------------------------------------------------------------------------------------- sign-in
/** Runs in the page: Cognito answers at once, from here, and every call is noted. */
function answerInPage(answers) {
  const seen = (window.__bench = { submit: null, calls: [], tasks: [] });
  addEventListener('submit', (event) => { seen.submit ??= event.timeStamp; }, { capture: true });
  addEventListener('click', (event) => { if (event.target.closest?.('button')) seen.click ??= event.timeStamp; }, { capture: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ startTime, duration }) => seen.tasks.push([startTime, duration]))).observe({ type: 'longtask', buffered: true });
  const real = window.fetch;
  window.fetch = async function (input, init) {
    const at = performance.now(), request = input instanceof Request ? input : undefined;
    const target = new Headers(init?.headers ?? request?.headers).get('x-amz-target');
    if (!target) return real.apply(this, arguments);
    const body = await new Response(init?.body ?? (request ? await request.clone().text() : '')).text();
    const operation = target.split('.').pop();
    seen.calls.push({ operation, at, body: JSON.parse(body || '{}') });
    const response = new Response(JSON.stringify(answers[operation] ?? {}), { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' } });
    // A response that was fetched has an address; reqwest insists on one.
    return Object.defineProperty(response, 'url', { value: new URL(request?.url ?? input, location.href).href });
  };
}

function answers(parameters, pool) {
  const now = Math.floor(Date.now() / 1000), part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (use) => [part({ alg: 'RS256', kid: 'bench' }), part({ sub: USER.name, username: USER.name, 'cognito:username': USER.name, email: USER.email, token_use: use, iat: now, auth_time: now, exp: now + 3600, iss: `https://cognito-idp.${pool.split('_')[0]}.amazonaws.com/${pool}` }), 'c2lnbmF0dXJl'].join('.');
  return {
    InitiateAuth: { ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters: parameters, Session: 'x'.repeat(40) },
    RespondToAuthChallenge: { AuthenticationResult: { AccessToken: token('access'), IdToken: token('id'), RefreshToken: 'bench', ExpiresIn: 3600, TokenType: 'Bearer' }, ChallengeParameters: {} },
    GetUser: { Username: USER.name, UserAttributes: [{ Name: 'sub', Value: USER.name }, { Name: 'email', Value: USER.email }] },
    GetId: { IdentityId: 'us-east-1:11111111-1111-1111-1111-111111111111' },
    GetCredentialsForIdentity: { IdentityId: 'us-east-1:11111111-1111-1111-1111-111111111111', Credentials: { AccessKeyId: 'A', SecretKey: 's', SessionToken: 't', Expiration: now + 3600 } },
  };
}

async function signIn(site, origin, rate) {
  const challenge = makeChallenge({ pool: site.pool.split('_')[1], user: USER.name, password: USER.password });
  return withBrowser(async (page, cdp) => {
    await page.addInitScript(answerInPage, answers(challenge.parameters, site.pool));
    await page.goto(origin + site.path, { waitUntil: 'networkidle' });
    await page.fill(site.email, USER.email);
    await page.fill(site.password, USER.password);
    const calm = await quiet();
    await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    await page.click(site.submit, { noWaitAfter: true });
    const end = Date.now() + 20_000;
    for (;;) {
      await sleep(100);
      const seen = await page.evaluate(() => window.__bench);
      const call = (name) => seen.calls.find(({ operation }) => operation === name);
      const initiate = call('InitiateAuth'), respond = call('RespondToAuthChallenge');
      if (respond) {
        await sleep(300 * rate); // so that the long tasks are in
        const tasks = await page.evaluate(() => window.__bench.tasks);
        const from = seen.submit ?? seen.click, reply = respond.body.ChallengeResponses;
        const right = challenge.accepts({ A: initiate.body.AuthParameters.SRP_A, timestamp: reply.TIMESTAMP, signature: reply.PASSWORD_CLAIM_SIGNATURE });
        if (!right) throw new Error(`${site.label}: the signature is wrong`);
        return { initiate: initiate.at - from, respond: respond.at - from, task: Math.max(0, ...tasks.filter(([start]) => start >= from - 20 && start <= respond.at).map(([, duration]) => duration)), calm };
      }
      if (Date.now() > end) throw new Error(`${site.label}: no RespondToAuthChallenge after 20 s; calls: ${seen.calls.map((c) => c.operation).join(', ') || 'none'}`);
    }
  });
}

// ------------------------------------------------------------------------------------------------------------ output
const loads = [], signIns = [], raw = [];
let noisy = 0, runs = 0;
for (const site of sites()) {
  const requests = [];
  const { origin, close } = await serve({ dist: site.dist, quality: 11, onRequest: (request) => requests.push(request) });
  try {
    process.stderr.write(`${site.label}: first load `);
    await firstLoad(site, origin, false, requests); // compresses the files, fills the disk cache; thrown away
    const files = [...new Set(requests.filter(({ key }) => key && key !== '/favicon.ico').map(({ key }) => key))];
    const bytes = files.reduce((sum, key) => {
      const data = readFileSync(join(site.dist, key));
      return sum + brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 } }).length;
    }, 0);
    const measured = { fast: [], slow: [] };
    for (const mode of ['fast', 'slow']) {
      for (let i = 0; i < RUNS; i++) {
        measured[mode].push(await firstLoad(site, origin, mode === 'slow', requests));
        process.stderr.write('.');
      }
    }
    const all = (mode, key) => measured[mode].map((run) => run[key]);
    loads.push([site.label, bytes.toLocaleString('en-US'), figure(all('fast', 'paint')), figure(all('fast', 'usable')), figure(all('slow', 'paint')), figure(all('slow', 'usable')), figure(all('slow', 'blocked'))]);
    const entry = { label: site.label, bytes, files, load: measured };
    raw.push(entry);
    process.stderr.write(' sign-in ');
    if (site.signIn !== false) {
      await signIn(site, origin, 1);
      const times = { 1: [], 4: [] };
      for (const rate of [1, 4]) {
        for (let i = 0; i < RUNS; i++) {
          times[rate].push(await signIn(site, origin, rate));
          process.stderr.write('.');
        }
      }
      const at = (rate, key) => figure(times[rate].map((run) => run[key]));
      signIns.push([site.label, at(1, 'initiate'), at(1, 'respond'), at(1, 'task'), at(4, 'initiate'), at(4, 'respond'), at(4, 'task')]);
      entry.signIn = times;
      for (const run of [...times[1], ...times[4]]) { runs++; if (!run.calm) noisy++; }
    }
    for (const run of [...measured.fast, ...measured.slow]) { runs++; if (!run.calm) noisy++; }
    process.stderr.write('\n');
  } catch (error) {
    process.stderr.write('\n');
    console.error(`doorward: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await close();
  }
}
console.log(`\nMilliseconds: median (least–most) of ${RUNS} cold loads, ${cpus().length} cores, ${cpus()[0].model}.`);
if (loads.length) table('First load of the sign-in page. Slow: 1.6 Mbit/s, 150 ms, CPU 4 times slower.', ['', 'brotli bytes', 'paint, fast', 'usable, fast', 'paint, slow', 'usable, slow', 'blocked, slow'], loads);
if (signIns.length) table('From submit to the request; every signature was verified. Then with the CPU 4 times slower.', ['', 'InitiateAuth', 'RespondToAuthChallenge', 'longest task', 'InitiateAuth ×4', 'Respond… ×4', 'longest task ×4'], signIns);
if (noisy) console.log(`\n${noisy} of ${runs} runs began while the machine was busy with other things: their figures are too high.`);
mkdirSync(join(ROOT, 'target'), { recursive: true });
writeFileSync(join(ROOT, 'target/bench.json'), `${JSON.stringify(raw, null, 1)}\n`);
console.log('\nEvery single figure is in target/bench.json.');
