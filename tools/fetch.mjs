// Fetches wasm in the browser. Every file is asked for by the hash of its content and checked against its integrity value, so
// parts of two builds can never meet.

/** Paths whose last download failed: the next one goes past the HTTP cache, which may hold the damage. */
const failed = new Set();

/** A file beside the scripts. */
export async function fetchWasm(path, integrity) {
  try {
    const response = await fetch(new URL(path, `${location.origin}/assets/`), {
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
