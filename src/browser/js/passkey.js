// Asks the browser for a passkey, or for a new one (Web Authentication, sections 5.1.3 and 5.1.4): JSON in, JSON out.
// Written out by hand, because the browsers' own ways from and to JSON are younger than passkeys are.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) => buffer &&
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

let asked = null;

/** Whether the browser knows passkeys. */
export const supported = () => typeof PublicKeyCredential === 'function';

/** Ends what was asked for quietly, or by a dialog. What was asked for since in the other way goes on. */
export function stop(quietly) {
  if (asked?.quietly === quietly) asked.controller.abort();
}

/** Ends what was asked for before. */
function begin(quietly) {
  asked?.controller.abort();
  const controller = new AbortController();
  asked = { controller, quietly };
  if (!supported()) throw new DOMException('no passkeys', 'NotSupportedError');
  return controller.signal;
}

const json = (made, response) => JSON.stringify({
  id: made.id,
  rawId: text(made.rawId),
  type: made.type,
  authenticatorAttachment: made.authenticatorAttachment ?? undefined,
  clientExtensionResults: made.getClientExtensionResults(),
  response: { clientDataJSON: text(made.response.clientDataJSON), ...response },
});

/** Resolves to the credential as JSON; rejects with the browser's own error. */
export async function get(options, quietly) {
  const signal = begin(quietly);
  if (quietly && !(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    throw new DOMException('no autofill', 'NotSupportedError');
  }
  const publicKey = JSON.parse(options);
  publicKey.challenge = bytes(publicKey.challenge);
  for (const allowed of publicKey.allowCredentials ?? []) allowed.id = bytes(allowed.id);
  const made = await navigator.credentials.get({ publicKey, signal, mediation: quietly ? 'conditional' : 'optional' });
  const { authenticatorData, signature, userHandle } = made.response;
  return json(made, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: text(userHandle) || undefined,
  });
}

/** Makes one. Resolves to it as JSON; rejects with the browser's own error. */
export async function create(options) {
  const signal = begin(false);
  let publicKey = JSON.parse(options);
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  } else {
    publicKey.challenge = bytes(publicKey.challenge);
    publicKey.user.id = bytes(publicKey.user.id);
    for (const excluded of publicKey.excludeCredentials ?? []) excluded.id = bytes(excluded.id);
  }
  const made = await navigator.credentials.create({ publicKey, signal });
  // Password managers that stand in for the browser's own passkeys make objects without it.
  if (made.toJSON) return JSON.stringify(made.toJSON());
  return json(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}
