// The JSON addresses beside the page.

const TIMEOUT_MS = 10_000;

/** The dev pool said no; the message is its sentence. */
export class Refused extends Error {}

/** The dev pool did not answer, or what answers is something else. */
export class Lost extends Error {
  constructor() {
    super("The dev pool does not answer.");
  }
}

export async function call(method, path, body) {
  const headers = { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) };
  let answer, value;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    answer = await fetch(`/_devpool/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
    value = await answer.json();
  } catch {
    throw new Lost();
  }
  if (!answer.ok) throw new Refused(value?.message || value?.__type || `The dev pool answered ${answer.status}.`);
  return value;
}

export const read = (path) => call("GET", path);
