// Fetches wasm in the browser: the main module and the lazy chunks. Every file is asked for by the hash of its content
// and checked against its integrity value, so parts of two builds can never meet.

import { later } from 'doorward:later';
import { table } from 'doorward:table';

/** Paths whose last download failed: the next one goes past the HTTP cache, which may hold the damage. */
const failed = new Set();

export async function fetchWasm(path, integrity) {
  try {
    const response = await fetch(new URL(path, import.meta.url), {
      credentials: 'same-origin',
      ...(integrity && { integrity }),
      ...(failed.has(path) && { cache: 'reload' }),
    });
    if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}`);
    failed.delete(path);
    return response;
  } catch (error) {
    failed.add(path);
    throw error;
  }
}

const packs = new Map();

/** A small chunk: a part of a file that holds many of them, so that one page does not cost ten requests. */
async function fetchPart(path, integrity, from, to) {
  if (!packs.has(path)) packs.set(path, fetchWasm(path, integrity).then((response) => response.arrayBuffer()));
  const pack = packs.get(path);
  try {
    return (await pack).slice(from, to);
  } catch (error) {
    if (packs.get(path) === pack) packs.delete(path);
    throw error;
  }
}

/** The script that lazy chunks call (passkeys, locks, large numbers). */
const fetchLater = () => new Promise((done, fail) => {
  const script = document.createElement('script');
  // Another one will be tried when the chunk is: this is no failure of the page (web/boot.js).
  script.dataset.later = '';
  Object.assign(script, { src: new URL(later.path, import.meta.url), integrity: later.integrity, crossOrigin: 'anonymous', onload: done });
  script.onerror = () => {
    script.remove();
    fail(new Error(`${later.path} did not arrive`));
  };
  document.head.append(script);
});

let chunks;

/**
 * A lazy chunk by its number. Which file that is stands in a table of its own, which is fetched with the first chunk: names
 * and integrity values cannot be compressed, and the first page needs none of them.
 */
export async function fetchChunk(number) {
  chunks ??= Promise.all([fetchWasm(table.path, table.integrity).then((response) => response.json()), fetchLater()]);
  const asked = chunks;
  try {
    const [path, integrity, from, to] = (await asked)[0][number];
    return to === undefined ? fetchWasm(path, integrity) : fetchPart(path, integrity, from, to);
  } catch (error) {
    if (chunks === asked) chunks = undefined;
    throw error;
  }
}

/** Compiles while it arrives; a server that names the wrong MIME type costs a little time, not the app. */
export async function instantiateWasm(source, imports) {
  const response = await source;
  if (response instanceof ArrayBuffer) return WebAssembly.instantiate(response, imports);
  if (WebAssembly.instantiateStreaming && /^application\/wasm\b/.test(response.headers.get('content-type') ?? '')) {
    return WebAssembly.instantiateStreaming(response, imports);
  }
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
