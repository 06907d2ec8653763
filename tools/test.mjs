// `make test`: every test there is, one suite after the other; a failing suite does not stop the next.
//
//   node tools/test.mjs [suite...]        host  browser  dist  conformance  e2e  ministack; all of them when none is named
//
// Each runner's own closing line is shown; the last line adds them up: "N passed, N failed".
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { HOST_BUILD, ROOT, TOOLS, chromiumPath, hostEnv, readEnv, walk, which } from './lib.mjs';

const SUITES = {
  host: ['Rust, on the host', hostTests],
  browser: ['Rust, in Chromium', browserTests],
  dist: ['the built site', distTests],
  conformance: ['other clients of Cognito, against the dev pool', conformanceTests],
  e2e: ['end to end, against the dev pool', () => playwright('devpool', { example: true })],
  ministack: ['end to end, against ministack', () => playwright('ministack')],
};
const chosen = process.argv.slice(2);
for (const name of chosen) if (!SUITES[name]) { console.error(`doorward: there is no suite '${name}'; there are ${Object.keys(SUITES).join(', ')}.`); process.exit(2); }
const env = hostEnv();
const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { children.forEach((child) => child.kill('SIGTERM')); process.exit(130); });

/** Runs a program, shows its output and keeps it. */
function show(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    children.add(child);
    let text = '';
    child.stdout.on('data', (data) => { text += data; process.stdout.write(data); });
    child.stderr.on('data', (data) => { text += data; process.stderr.write(data); });
    child.on('error', (error) => resolve({ text: error.message, ok: false }));
    child.on('close', (code) => { children.delete(child); resolve({ text, ok: code === 0 }); });
  });
}

/** The closing lines of Node's test runner. */
function nodeCounts({ text, ok }) {
  const count = (name) => Number(new RegExp(`^\\S+ ${name} (\\d+)$`, 'm').exec(text.replace(/\x1b\[[0-9;]*m/g, ''))?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') + count('todo'), ok };
}

/** The closing lines of Python's unittest. Without them it did not get as far. */
function pythonCounts({ text, ok }) {
  const all = Number(/^Ran (\d+) tests? in /m.exec(text)?.[1] ?? 0);
  const count = (name) => Number(new RegExp(`^(?:FAILED|OK) \\(.*?\\b${name}=(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const failed = count('failures') + count('errors') + count('unexpected successes'), skipped = count('skipped') + count('expected failures');
  return { passed: Math.max(all - failed - skipped, 0), failed, skipped, ok: ok && all > 0 };
}

/** Adds up the closing lines of cargo's and wasm-bindgen's test runners. */
function rustCounts({ text, ok }) {
  const counts = { passed: 0, failed: 0, skipped: 0, ok };
  for (const [, passed, failed, ignored] of text.matchAll(/test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored/g)) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  return counts;
}

async function hostTests() {
  return rustCounts(await show('cargo', ['test', '--workspace', '--features', 'ssr', '--no-fail-fast']));
}

async function browserTests() {
  if (!existsSync(join(ROOT, 'tests/browser.rs'))) return { passed: 0, failed: 0, skipped: 0, ok: true, note: 'there is no tests/browser.rs' };
  const rust = readEnv(join(TOOLS, 'rust.env'));
  const wasm = { ...env, CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: 'wasm-bindgen-test-runner',
    CHROMEDRIVER: process.env.CHROMEDRIVER || which('chromedriver'), WASM_BINDGEN_TEST_ONLY_WEB: '1', WASM_BINDGEN_TEST_TIMEOUT: '120' };
  if (rust.WASM_STD === 'source') {
    Object.assign(wasm, { PATH: rust.WASM_TOOLCHAIN + delimiter + env.PATH, CARGO_TARGET_DIR: join(ROOT, 'target/web'), RUSTC_BOOTSTRAP: '1',
      CARGO_UNSTABLE_BUILD_STD: 'std,panic_abort', CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: rust.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER });
  }
  // In one module: one that is made to be split, and is not, cannot be instantiated.
  return rustCounts(await show('cargo', ['test', '-p', 'doorward', '--target', 'wasm32-unknown-unknown', '--no-default-features', '--features', 'csr', '--test', 'browser'], { env: wasm }));
}

let built;
/** The site and the dev pool, made once. */
const build = () => (built ??= (async () => {
  const site = await show('node', ['tools/build.mjs']);
  const pool = await show('cargo', HOST_BUILD);
  return site.ok && pool.ok;
})());

async function distTests() {
  if (!(await build())) return { passed: 0, failed: 0, skipped: 0, ok: false };
  const files = walk(join(ROOT, 'tests/dist')).filter((file) => file.endsWith('.test.mjs')).map((file) => `tests/dist/${file}`);
  return nodeCounts(await show('node', ['--test', '--test-reporter=spec', ...files]));
}

/** Clients that others wrote, in Node, in Chromium and in Python; then the table of what they did. */
async function conformanceTests() {
  const failed = { passed: 0, failed: 1, skipped: 0, ok: false };
  const python = join(TOOLS, 'conformance/bin/python');
  if (!existsSync(python)) return { ...failed, note: "the Python clients are not installed: run 'make setup'" };
  if (!(await show('cargo', HOST_BUILD)).ok) return failed;
  chromiumPath();
  rmSync(join(ROOT, 'target/conformance'), { recursive: true, force: true });
  const files = walk(join(ROOT, 'tests/conformance')).filter((file) => file.endsWith('.test.mjs')).map((file) => `tests/conformance/${file}`);
  const parts = [
    nodeCounts(await show('node', ['--test', '--test-reporter=spec', ...files])),
    pythonCounts(await show(python, ['-B', '-m', 'unittest', 'discover', '--verbose', '--start-directory', 'tests/conformance'])),
  ];
  // Where a test failed, its calls are missing in the table, which says nothing new.
  const table = parts.every((part) => part.ok) ? (await show('node', ['tools/conformance-table.mjs', '--check'])).ok : undefined;
  if (table !== undefined) parts.push({ passed: table ? 1 : 0, failed: table ? 0 : 1, skipped: 0, ok: table });
  const total = (key) => parts.reduce((sum, part) => sum + part[key], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped'), ok: parts.every((part) => part.ok) };
}

async function playwright(project, { example = false } = {}) {
  if (!(await build()) || (example && !(await show('node', ['tools/examples.mjs'])).ok)) return { passed: 0, failed: 0, skipped: 0, ok: false };
  chromiumPath();
  const report = join(ROOT, 'test-results', `${project}.json`);
  mkdirSync(join(ROOT, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const { ok } = await show('playwright', ['test', '--config', 'tests/e2e/playwright.config.ts', '--project', project, '--reporter', 'list,json', '--pass-with-no-tests'],
    { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report, FORCE_COLOR: '0' } });
  if (!existsSync(report)) return { passed: 0, failed: 0, skipped: 0, ok };
  const { stats } = JSON.parse(readFileSync(report, 'utf8'));
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped, ok, note: stats.flaky ? `${stats.flaky} passed at the second try only` : undefined };
}

const results = [];
for (const name of chosen.length ? chosen : Object.keys(SUITES)) {
  const [title, suite] = SUITES[name], from = performance.now();
  console.log(`\n━━━━ ${name}: ${title}`);
  const result = await suite().catch((error) => ({ passed: 0, failed: 0, skipped: 0, ok: false, note: error.message }));
  if (!result.ok && !result.failed) result.failed = 1; // it did not compile, or its runner broke
  results.push({ name, ...result, seconds: Math.round((performance.now() - from) / 1000) });
}

console.log('\n━━━━ all suites');
for (const r of results) {
  console.log(`${r.name.padEnd(10)} ${String(r.passed).padStart(4)} passed ${String(r.failed).padStart(3)} failed ${String(r.skipped).padStart(3)} skipped ${String(r.seconds).padStart(5)} s${r.note ? `   (${r.note})` : ''}`);
}
const sum = (key) => results.reduce((total, r) => total + r[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') ? `, ${sum('skipped')} skipped` : ''}`);
process.exit(sum('failed') || results.some((r) => !r.ok) ? 1 : 0);
