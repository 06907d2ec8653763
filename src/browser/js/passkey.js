// Asks the browser for a passkey (Web Authentication, section 5.1.4): JSON in, JSON out. Written out by hand, because
// parseRequestOptionsFromJSON and toJSON are younger than passkeys are.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

let asked = null;

/** Ends what was asked for quietly, or by a dialog. What was asked for since in the other way goes on. */
export function stop(quietly) {
  if (asked?.quietly === quietly) asked.controller.abort();
}

/** Resolves to the credential as JSON; rejects with the browser's own error. */
export async function get(options, quietly) {
  asked?.controller.abort();
  const controller = new AbortController(), { signal } = controller;
  asked = { controller, quietly };
  if (typeof PublicKeyCredential !== 'function') throw new DOMException('no passkeys', 'NotSupportedError');
  if (quietly && !(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    throw new DOMException('no autofill', 'NotSupportedError');
  }
  const publicKey = JSON.parse(options);
  publicKey.challenge = bytes(publicKey.challenge);
  for (const allowed of publicKey.allowCredentials ?? []) allowed.id = bytes(allowed.id);
  const made = await navigator.credentials.get({ publicKey, signal, mediation: quietly ? 'conditional' : 'optional' });
  const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment ?? undefined,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : undefined,
    },
  });
}
