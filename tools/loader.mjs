// The loader of the lazy chunks, in the second script (tools/later.mjs).

import { table } from 'doorward:table';
import { fetchWasm } from './fetch.mjs';

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

let chunks;

/**
 * A lazy chunk by its number. Which file that is stands in a table of its own, which is fetched with the first chunk: names
 * and integrity values cannot be compressed, and the first page needs none of them.
 */
export async function fetchChunk(number) {
  chunks ??= fetchWasm(table.path, table.integrity).then((response) => response.json());
  const asked = chunks;
  try {
    const [path, integrity, from, to] = (await asked)[number];
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
