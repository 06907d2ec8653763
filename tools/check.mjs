// `make check`: everything that can be said about the code without running the app. Goes on after a failure and lists
// all of them at the end.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EXAMPLES, ROOT, TOOLS, hostEnv, readEnv, walk } from './lib.mjs';

const env = { ...hostEnv(), RUSTDOCFLAGS: '-D warnings' };
const failures = [], skipped = [];

function step(name, program, args, options = {}) {
  console.log(`\n── ${name}`);
  const done = spawnSync(program, args, { cwd: ROOT, env, stdio: 'inherit', ...options });
  if (done.status !== 0) failures.push(name);
}
/** A step that needs a server which this machine may not reach: then it is skipped, in one line. */
function onlineStep(name, program, args, cannotReach, fromOutput) {
  console.log(`\n── ${name}`);
  const done = spawnSync(program, args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 120_000 });
  const text = `${done.stdout ?? ''}${done.stderr ?? ''}`;
  if (done.status !== 0 && (done.error || cannotReach.test(text))) {
    console.log(`skipped: ${fromOutput} cannot be reached from this machine.`);
    skipped.push(name);
  } else {
    process.stdout.write(text);
    if (done.status !== 0) failures.push(name);
  }
}

/** The examples that have Doorward as a library: workspaces of their own, in the same target directory. */
const manifest = (example) => ['--manifest-path', `examples/${example}/Cargo.toml`];

step('lock file', 'cargo', ['metadata', '--locked', '--format-version', '1'], { stdio: ['ignore', 'ignore', 'inherit'] });
for (const name of EXAMPLES) step(`lock file of examples/${name}`, 'cargo', ['metadata', ...manifest(name), '--locked', '--format-version', '1'], { stdio: ['ignore', 'ignore', 'inherit'] });
step('formatting', 'cargo', ['fmt', '--all', '--check']);
for (const name of EXAMPLES) step(`formatting of examples/${name}`, 'cargo', ['fmt', ...manifest(name), '--check']);
const scripts = ['tools', 'tests', 'bench', 'web'].flatMap((dir) => walk(join(ROOT, dir)).map((file) => join(dir, file))).filter((file) => /\.m?js$/.test(file));
console.log(`\n── syntax of ${scripts.length} scripts`);
for (const file of scripts) if (spawnSync('node', ['--check', file], { cwd: ROOT, stdio: 'inherit' }).status !== 0) failures.push(file);

step('lints, host', 'cargo', ['clippy', '--workspace', '--all-targets', '--features', 'ssr', '--', '-D', 'warnings']);
if (readEnv(join(TOOLS, 'rust.env')).WASM_STD === 'prebuilt') {
  const browserTest = existsSync(join(ROOT, 'tests/browser.rs')) ? ['--test', 'browser'] : [];
  step('lints, browser', 'cargo', ['clippy', '-p', 'doorward', '--target', 'wasm32-unknown-unknown', '--features', 'csr',
    '--lib', '--bin', 'doorward', ...browserTest, '--', '-D', 'warnings']);
  step('lints, browser, in one module', 'cargo', ['clippy', '-p', 'doorward', '--target', 'wasm32-unknown-unknown', '--no-default-features', '--features', 'csr', '--lib', '--', '-D', 'warnings']);
  // As others have it: without our pages, and in the browser all the same. (Lints do not reach into a dependency of the example.)
  step('lints, library without pages', 'cargo', ['clippy', '-p', 'doorward', '--target', 'wasm32-unknown-unknown', '--features', 'leptos/csr', '--lib', '--', '-D', 'warnings']);
  for (const name of EXAMPLES) step(`lints, examples/${name}`, 'cargo', ['clippy', ...manifest(name), '--target', 'wasm32-unknown-unknown', '--', '-D', 'warnings']);
} else {
  console.log('\n── lints, browser\nskipped: clippy needs a ready-made std for wasm32, which rustup brings.');
  skipped.push('lints, browser', 'lints, browser, in one module', 'lints, library without pages', ...EXAMPLES.map((name) => `lints, examples/${name}`));
}
step('documentation', 'cargo', ['doc', '--workspace', '--no-deps', '--features', 'ssr', '--lib', '--bins', '--document-private-items', '--quiet']);
if (existsSync(join(ROOT, 'tests/architecture.rs'))) {
  step('architecture', 'cargo', ['test', '--quiet', '--workspace', '--features', 'ssr', '--test', 'architecture']);
}
step('licences, duplicates, sources', 'cargo-deny', ['--log-level', 'error', 'check', '--hide-inclusion-graph', 'licenses', 'bans', 'sources']);
onlineStep('advisories for crates', 'cargo-deny', ['--log-level', 'error', 'check', 'advisories'],
  /failed to (fetch|clone|load|open)|unable to (fetch|load)|dns|resolve host|connect|timed out|network|no (http )?response/i, 'the database of advisories');
onlineStep('advisories for Node tools', 'npm', ['audit', '--audit-level=high'],
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|audit endpoint|ENOAUDIT|E40[0-9]|E50[0-9]|network|not (implemented|supported)|Bad Request|Not Found/i, 'the audit service');

console.log(`\nmake check: ${failures.length ? `FAILED: ${failures.join('; ')}` : 'all well'}${skipped.length ? ` (skipped: ${skipped.join('; ')})` : ''}.`);
process.exit(failures.length ? 1 : 0);
