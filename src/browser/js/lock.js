// Web Locks as acquire and release: resolves with the function that lets go. Browsers without the
// API (none that runs this app's wasm, but a page can be embedded oddly) hand out a lock that locks
// nothing.

export const acquire = (name) =>
  new Promise((got) => {
    if (!navigator.locks) return got(() => {});
    navigator.locks
      .request(name, () => new Promise((release) => got(release)))
      .catch(() => got(() => {}));
  });
