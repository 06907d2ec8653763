// What tests of factors do beside the pages: ask the pool as another client of the same person, and plug in an authenticator.
import type { Page } from '@playwright/test';
import { callPool, signInElsewhere } from './account';
import { EMAIL, isCall } from './pages';
import type { Pool } from './pool';

/** What somebody's authenticator app shows now, and something else. */
export const totp = async (pool: Pool) => (await pool.totp(EMAIL)).code;
export const wrongCode = (right: string) => (right === '000000' ? '111111' : '000000');

/** An access token of somebody's own, to change their factors with. */
export const accessToken = async (pool: Pool): Promise<string> => (await signInElsewhere(pool)).AccessToken;
export const prefer = async (pool: Pool, settings: object) =>
  callPool(pool, 'SetUserMFAPreference', { AccessToken: await accessToken(pool), ...settings });

/** An authenticator in the browser that makes passkeys and uses them without asking anybody. */
export async function withAuthenticator(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

export const withPasskeys = { auth: { passwordless: { web_authn: { relying_party_id: 'localhost' } } } };
const KINDS = [
  { AuthenticatorTransports: ['hybrid', 'internal'] }, { AuthenticatorAttachment: 'cross-platform', AuthenticatorTransports: ['usb'] },
  { AuthenticatorAttachment: 'platform', AuthenticatorTransports: ['internal'] },
];
/** A passkey as the pool lists it: on a phone, on a security key, on a computer, and so on. */
export const passkey = (number: number, name = '') => ({
  CredentialId: `passkey-${number}`, FriendlyCredentialName: name, RelyingPartyId: 'localhost', CreatedAt: 1_700_000_000 + number, ...KINDS[number % 3],
});
/** Answers for the pool what passkeys somebody has, by the token of the page of the list that is asked for. */
export const listPasskeys = (page: Page, pool: Pool, list: (token?: string) => object) => page.route(`${pool.origin}/`, async (route) => {
  const request = route.request();
  if (!isCall(request, 'ListWebAuthnCredentials')) return route.fallback();
  await route.fulfill({
    headers: { 'access-control-allow-origin': '*' }, contentType: 'application/x-amz-json-1.1', json: list(request.postDataJSON().NextToken),
  });
});
