// Starts the app in the browser. tools/finish.mjs bundles this with wasm-bindgen's glue and the loader of the lazy
// chunks; "doorward:glue" and "doorward:main" are supplied there.
import init from 'doorward:glue';
import { main } from 'doorward:main';
import { fetchWasm } from './loader.mjs';

init({ module_or_path: fetchWasm(main.path, main.integrity) }).catch((error) => {
  // A trap in `main` ends up here as well; web/boot.js decides what the person is told.
  window.doorward?.failed?.(error);
  throw error;
});
