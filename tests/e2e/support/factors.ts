// What tests of factors do beside the pages: ask the pool as another client of the same person, and plug in an authenticator.
import type { Page } from '@playwright/test';
import type { Pool } from './pool';
import { CLIENT, EMAIL, PASSWORD, PREFIX, stored } from './pages';

/** What somebody's authenticator app shows now, and something else. */
export const totp = async (pool: Pool) => (await pool.totp(EMAIL)).code;
export const wrongCode = (right: string) => (right === '000000' ? '111111' : '000000');

/** Calls an operation as a client of its own. */
export async function call(pool: Pool, operation: string, request: object): Promise<any> {
  const answer = await fetch(`${pool.origin}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify(request),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${text}`);
  return text ? JSON.parse(text) : {};
}
/** An access token of somebody's own, to change their factors with. */
export async function accessToken(pool: Pool): Promise<string> {
  const request = { ClientId: CLIENT, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: EMAIL, PASSWORD } };
  return (await call(pool, 'InitiateAuth', request)).AuthenticationResult.AccessToken;
}
export const prefer = async (pool: Pool, settings: object) =>
  call(pool, 'SetUserMFAPreference', { AccessToken: await accessToken(pool), ...settings });

/** Somebody without a password who is signed in by a code, before the first page is loaded. */
export async function signedInByCode(page: Page, pool: Pool) {
  const { username } = await pool.createUser({ email: EMAIL, passwordless: true });
  const begin = { ClientId: CLIENT, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: EMAIL, PREFERRED_CHALLENGE: 'EMAIL_OTP' } };
  const { Session, ChallengeName } = await call(pool, 'InitiateAuth', begin);
  const code = await pool.latestCode(EMAIL, { purpose: 'sign_in' });
  const answer = { ClientId: CLIENT, ChallengeName, Session, ChallengeResponses: { USERNAME: EMAIL, EMAIL_OTP_CODE: code } };
  const { AccessToken, IdToken, RefreshToken } = (await call(pool, 'RespondToAuthChallenge', answer)).AuthenticationResult;
  const mine = `${PREFIX}.${username}`;
  await stored(page, {
    User_Email: EMAIL, user_token: AccessToken, [`${PREFIX}.LastAuthUser`]: username, [`${mine}.clockDrift`]: '0',
    [`${mine}.accessToken`]: AccessToken, [`${mine}.idToken`]: IdToken, [`${mine}.refreshToken`]: RefreshToken,
  });
  return { accessToken: AccessToken as string };
}

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
