// Makes wasm smaller, as `wasm-opt -Oz` does and a little more, with the same library (binaryen) in threads of this process: to start the
// program anew for each of some two hundred small modules takes longer than the work.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, workerData } from 'node:worker_threads';

/** The features of WebAssembly that the app may use: what every browser of the last years has. Not all that there are. */
const FEATURES = ['BulkMemory', 'BulkMemoryOpt', 'NontrappingFPToInt', 'SignExt', 'MutableGlobals', 'ReferenceTypes', 'Multivalue',
  'ExtendedConst', 'CallIndirectOverlong'];

/** Optimises the files, each in its place. */
export async function optimise(files) {
  // The large ones first, so that both threads end at the same time.
  const sorted = files.map((file) => ({ file, size: readFileSync(file).length })).sort((a, b) => b.size - a.size).map(({ file }) => file);
  const next = new Int32Array(new SharedArrayBuffer(4));
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, () => new Promise((done, fail) => {
    new Worker(fileURLToPath(import.meta.url), { workerData: { files: sorted, next } })
      .on('error', fail).on('exit', (code) => (code === 0 ? done() : fail(new Error('wasm could not be optimised'))));
  })));
}

if (!isMainThread && workerData?.files) {
  // The split tool's names are in a form that binaryen does not know and says so; they are thrown away here anyhow.
  console.warn = () => {};
  console.error = console.warn;
  const { default: binaryen } = await import('binaryen');
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  binaryen.setGenerateStackIR(true);
  binaryen.setOptimizeStackIR(true);
  const features = FEATURES.reduce((all, name) => {
    if (binaryen.Features[name] === undefined) throw new Error(`binaryen knows no feature ${name}`);
    return all | binaryen.Features[name];
  }, 0);
  const { files, next } = workerData;
  for (let i; (i = Atomics.add(next, 0, 1)) < files.length;) {
    const module = binaryen.readBinary(readFileSync(files[i]));
    module.setFeatures(features);
    // In its flat form more is found that is the same, and in the order of their names like functions stand beside each other:
    // each takes one part in a hundred off the download.
    module.runPasses(['flatten', 'rereloop']);
    module.optimize();
    module.optimize();
    module.runPasses(['reorder-functions-by-name', 'strip-debug', 'strip-producers', 'strip-target-features']);
    writeFileSync(files[i], module.emitBinary());
    module.dispose();
  }
}
