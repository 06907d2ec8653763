// `examples/minimal` and `examples/own_pages` as sites in target/, for their end-to-end tests. Built as anybody builds them, by
// Trunk and without making anything small; cargo and Trunk do nothing twice.
//
//   node tools/examples.mjs
import { delimiter, join } from 'node:path';
import { EXAMPLES, ROOT, TOOLS, hostEnv, readEnv, run } from './lib.mjs';

const rust = readEnv(join(TOOLS, 'rust.env'));
// The same target directory as the browser tests': most of the crates are compiled for them already.
const env = { ...hostEnv() };
delete env.NO_COLOR; // Trunk takes "1" for no truth value
if (rust.WASM_STD === 'source') {
  Object.assign(env, { PATH: rust.WASM_TOOLCHAIN + delimiter + env.PATH, CARGO_TARGET_DIR: join(ROOT, 'target/web'), RUSTC_BOOTSTRAP: '1',
    CARGO_UNSTABLE_BUILD_STD: 'std,panic_abort', CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: rust.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER });
}
for (const name of EXAMPLES) {
  const cwd = join(ROOT, 'examples', name), started = performance.now();
  // Trunk keeps cargo off the network; what cargo lacks is fetched first.
  run('cargo', ['fetch', '--quiet', '--locked', '--target', 'wasm32-unknown-unknown'], { env, cwd });
  run('trunk', ['--log', 'warn', 'build', '--offline', '--locked', '--dist', join(ROOT, 'target', name)], { env, cwd });
  console.log(`examples/${name} was built in ${Math.round((performance.now() - started) / 1000)} s.`);
}
