// Starts the app in the browser. tools/finish.mjs bundles this with wasm-bindgen's glue; "doorward:glue", "doorward:main" and
// "doorward:later" are supplied there. Everything that only lazy chunks need is in a second script, tools/later.mjs.
import init, { initSync } from 'doorward:glue';
import { main } from 'doorward:main';
import { later } from 'doorward:later';
import { fetchWasm } from './fetch.mjs';

const door = window.doorward ??= {};
/** What the first module exports. */
door.exports = () => initSync();

let asked;
/** The second script, asked for with the first chunk. */
const fetchLater = () => asked ??= new Promise((done, fail) => {
  const script = document.createElement('script');
  // Another one is tried with the next chunk: this is no failure of the page (web/boot.js).
  script.dataset.later = '';
  Object.assign(script, { src: new URL(later.path, import.meta.url), integrity: later.integrity, crossOrigin: 'anonymous', onload: done });
  script.onerror = () => {
    script.remove();
    asked = undefined;
    fail(new Error(`Failed to fetch ${later.path}`));
  };
  document.head.append(script);
});

/** The functions by which the first module asks for its chunks, by the names that the split tool gives them: the number of a
 * function to call back, in the table, and what to call it with. */
door.loads = new Proxy({}, {
  get: (_, name) => (index, data) => fetchLater().then(() => door.later[name](index, data), (error) => {
    console.error(error);
    door.exports().__indirect_function_table.get(index)(data, false);
  }),
});

init({ module_or_path: fetchWasm(main.path, main.integrity) }).catch((error) => {
  // A trap in `main` ends up here as well; web/boot.js decides what the person is told.
  door.failed?.(error);
  throw error;
});
