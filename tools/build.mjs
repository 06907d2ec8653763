// `make build`: the deployable site in dist/. Does nothing when nothing it depends on has changed.
//
//   node tools/build.mjs [--force]
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync, statSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DIST, HOST_BUILD, ROOT, TOOLS, die, hostEnv, readEnv, runAsync, sha, toolPath, walk } from './lib.mjs';
import { loopbackEndpoint } from './headers.mjs';

const INPUTS = ['Cargo.toml', 'Cargo.lock', 'build', 'src', 'index.html', 'style', 'web', 'public', 'Trunk.toml', '.cargo',
  ...['build', 'entry', 'finish', 'fetch', 'headers', 'languages', 'later', 'lib', 'loader', 'optimise', 'rename'].map((name) => `tools/${name}.mjs`), 'tools/versions.env', 'package-lock.json', '.tools/rust.env'];
const STAMP = join(ROOT, 'target/dist.stamp');
const SIZES = join(ROOT, 'target/sizes.json');
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
const rust = readEnv(join(TOOLS, 'rust.env'));

const fingerprint = () => {
  const files = INPUTS.flatMap((input) => {
    const path = join(ROOT, input);
    if (!existsSync(path)) return [];
    return statSync(path).isDirectory() ? walk(path).map((file) => join(path, file)) : [path];
  });
  return sha('sha256', files.map((file) => `${file} ${sha('sha256', readFileSync(file), 'hex')}`).join('\n'), 'hex');
};
const distState = () => sha('sha256', walk(DIST).map((file) => `${file} ${sha('sha256', readFileSync(join(DIST, file)), 'hex')}`).join('\n'), 'hex');

/** A table of every file, and what the login page costs before anybody does anything. */
function printSizes() {
  const { files, firstLoad } = JSON.parse(read(SIZES));
  const number = (n) => n.toLocaleString('en-US').padStart(10);
  const width = Math.max(...files.map((f) => f.path.length), 24);
  const line = (name, f) => console.log(`${name.padEnd(width)}${number(f.raw)}${number(f.gzip)}${number(f.brotli)}`);
  console.log(`\n${'file'.padEnd(width)}${'raw'.padStart(10)}${'gzip'.padStart(10)}${'brotli'.padStart(10)}`);
  files.forEach((f) => line(f.path, f));
  const total = (list) => list.reduce((sum, f) => ({ raw: sum.raw + f.raw, gzip: sum.gzip + f.gzip, brotli: sum.brotli + f.brotli }), { raw: 0, gzip: 0, brotli: 0 });
  console.log('-'.repeat(width + 30));
  line(`first load of ${firstLoad.route}`, total(files.filter((f) => firstLoad.files.includes(f.path))));
  const budget = JSON.parse(read(join(ROOT, 'tests/budget.json')) || '{}').login_first_load_brotli;
  if (budget) console.log(`${'budget'.padEnd(width)}${number(budget).padStart(30)}`);
}

/** Who deploys this must know that it works on this machine only. */
function warnOfDevPool() {
  const endpoint = loopbackEndpoint(JSON.parse(read(join(DIST, 'config.json')) || '{}'));
  if (endpoint) console.warn(`doorward: this build calls the dev pool (${endpoint}). Before you deploy it, put your pool into public/config.json and build again.`);
}

/** The environment of the wasm build. It has a target directory of its own: its settings would rebuild the host's crates. */
function wasmEnv() {
  const env = { ...process.env, PATH: toolPath, CARGO_TARGET_DIR: join(ROOT, 'target/web'), DOORWARD_BUILD: 'release' };
  for (const name of ['RUSTFLAGS', 'CARGO_ENCODED_RUSTFLAGS', 'CARGO_BUILD_TARGET', 'CARGO_BUILD_RUSTFLAGS', 'NO_COLOR']) delete env[name];
  if (rust.WASM_TOOLCHAIN) env.PATH = rust.WASM_TOOLCHAIN + delimiter + env.PATH;
  if (rust.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER) env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER = rust.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER;
  const flags = [];
  if (rust.STD_SOURCE === 'yes') {
    // A std built for size, and panics that are a trap: the page sees the trap and offers to reload.
    Object.assign(env, {
      RUSTC_BOOTSTRAP: '1',
      CARGO_UNSTABLE_BUILD_STD: 'std,panic_abort',
      CARGO_UNSTABLE_BUILD_STD_FEATURES: 'optimize_for_size',
      CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT: 'true',
      CARGO_PROFILE_RELEASE_PANIC: 'immediate-abort',
    });
  }
  // No path of this machine in what is shipped.
  const sysroot = spawnSync('rustc', ['--print', 'sysroot'], { env, encoding: 'utf8' }).stdout.trim();
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  for (const [from, to] of [[homedir(), '~'], [cargoHome, 'cargo'], [sysroot, 'rust'], [ROOT, '.']]) flags.push(`--remap-path-prefix=${from}=${to}`);
  env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS = flags.join(' ');
  return env;
}

const before = fingerprint();
if (!process.argv.includes('--force') && existsSync(DIST) && existsSync(SIZES) && read(STAMP) === `${before} ${distState()}\n`) {
  if (!process.argv.includes('--quiet')) {
    printSizes();
    warnOfDevPool();
  }
  console.log('dist/ is up to date.');
  process.exit(0);
}
console.log(existsSync(join(ROOT, 'target/web/wasm32-unknown-unknown/release/deps'))
  ? 'Building dist/, usually a minute after a change ...'
  : 'Building dist/ for the first time, usually 5 minutes on 2 cores ...');
rmSync(STAMP, { force: true });
const started = performance.now();
const env = { ...wasmEnv(), RUST_BACKTRACE: '0' };
try {
  // Trunk keeps cargo off the network (so that it never fetches tools of its own); what cargo lacks is fetched first.
  await runAsync('cargo', ['fetch', '--target', 'wasm32-unknown-unknown'], { env });
} catch {
  die('the crates could not be fetched: is there a network? What cargo says is above.');
}
// The prerenderer is compiled beside the wasm, whose last step keeps one core busy only. If that fails, finish.mjs says so.
const beside = spawn('cargo', HOST_BUILD, { cwd: ROOT, env: hostEnv(), stdio: 'ignore' }).on('error', () => {});
try {
  await runAsync('trunk', ['--log', 'warn', 'build', '--release'], { env });
} catch (error) {
  beside.kill();
  die(`the site could not be built: ${error.message}; what went wrong is above.`);
}
rmSync(join(DIST, '.trunk-lock'), { force: true });
mkdirSync(join(ROOT, 'target'), { recursive: true });
writeFileSync(STAMP, `${before} ${distState()}\n`);
printSizes();
if (!process.argv.includes('--quiet')) warnOfDevPool();
console.log(`dist/ was built in ${Math.round((performance.now() - started) / 1000)} s.`);
