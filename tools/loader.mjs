// Fetches wasm in the browser: the main module and the lazy chunks. Every file is asked for by the hash of its content
// and checked against its integrity value, so parts of two builds can never meet.

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

/** Compiles while it arrives; a server that names the wrong MIME type costs a little time, not the app. */
export async function instantiateWasm(source, imports) {
  const response = await source;
  if (WebAssembly.instantiateStreaming && /^application\/wasm\b/.test(response.headers.get('content-type') ?? '')) {
    return WebAssembly.instantiateStreaming(response, imports);
  }
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
