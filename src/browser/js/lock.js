// Web Locks as acquire and release. Whoever gives up while waiting leaves the queue.

/**
 * Asks for a lock. `granted` resolves with true once it is held, with false if this browser has no locks; `release` lets
 * go, or leaves the queue.
 */
export const ask = (name) => {
  const leaving = new AbortController();
  let release = () => leaving.abort();
  const granted = new Promise((tell) => {
    // Pages that are not served securely have none, and some kinds of pages may not use theirs.
    if (!navigator.locks) return tell(false);
    const held = () => new Promise((done) => {
      release = done;
      tell(true);
    });
    navigator.locks.request(name, { signal: leaving.signal }, held).catch(() => tell(false));
  });
  return { granted, release: () => release() };
};
