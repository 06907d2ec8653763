// What the tests of the account centre share: its addresses, and other browsers, apps and people.
import type { BrowserContext, Page } from '@playwright/test';
import { expect } from './fixtures';
import { CLIENT, EMAIL, PASSWORD, PREFIX, heading, keepSession, paths, timePasses } from './pages';
import type { NewUser, Pool } from './pool';

export const sections = { devices: '/account/devices', sessions: '/account/sessions', data: '/account/data' };
/** All of the account centre: each page with its title. */
export const centre = [
  [paths.account, 'Account'], [paths.accountDetails, 'DetailsTitle'], [paths.accountContact, 'ContactTitle'], [paths.accountPassword, 'PasswordTitle'],
  [paths.factors, 'FactorsTitle'], [paths.passkeys, 'PasskeysTitle'], [sections.devices, 'DevicesTitle'], [sections.sessions, 'SessionsTitle'],
  [sections.data, 'DataTitle'],
] as const;

export const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
export const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

/** Calls an operation as a client of its own. */
export async function callPool(pool: Pool, operation: string, request: object, userAgent = 'node'): Promise<any> {
  const answer = await fetch(`${pool.origin}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`, 'user-agent': userAgent,
    },
    body: JSON.stringify(request),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${text}`);
  return text ? JSON.parse(text) : {};
}

/** Signs in somewhere else: what InitiateAuth answers. */
export async function signInElsewhere(pool: Pool, userAgent = FIREFOX, name = EMAIL): Promise<any> {
  const request = { ClientId: CLIENT, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: name, PASSWORD } };
  return (await callPool(pool, 'InitiateAuth', request, userAgent)).AuthenticationResult;
}

/** Has the pool remember a device of this name. */
export async function rememberElsewhere(pool: Pool, DeviceName: string) {
  const { AccessToken, NewDeviceMetadata: { DeviceKey } } = await signInElsewhere(pool);
  const DeviceSecretVerifierConfig = { Salt: 'AQ==', PasswordVerifier: 'Ag==' };
  await callPool(pool, 'ConfirmDevice', { AccessToken, DeviceKey, DeviceName, DeviceSecretVerifierConfig });
  await callPool(pool, 'UpdateDeviceStatus', { AccessToken, DeviceKey, DeviceRememberedStatus: 'remembered' });
}

/** Opens a section whose sign-in is older than sensitive changes allow. */
export async function openLater(page: Page, pool: Pool, path: string, title: string) {
  await timePasses(page, pool, 700);
  await page.goto(path);
  await expect(heading(page, title)).toBeVisible();
}

/** Somebody without a password who is signed in by a code, before the first page is loaded. */
export async function signedInByCode(page: Page, pool: Pool, user: NewUser = { email: EMAIL }) {
  const { username } = await pool.createUser({ ...user, passwordless: true });
  const begin = { ClientId: CLIENT, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: username, PREFERRED_CHALLENGE: 'EMAIL_OTP' } };
  const { Session, ChallengeName } = await callPool(pool, 'InitiateAuth', begin);
  const ChallengeResponses = { USERNAME: username, EMAIL_OTP_CODE: await pool.latestCode(EMAIL, { purpose: 'sign_in' }) };
  const done = await callPool(pool, 'RespondToAuthChallenge', { ClientId: CLIENT, ChallengeName, Session, ChallengeResponses });
  await keepSession(page, username, EMAIL, done.AuthenticationResult);
}

export const BOB = 'bob@example.com';
/** Bob signs in in another tab: its storage is written as another client of the pool would. */
export async function bobComes(context: BrowserContext, pool: Pool, origin = '') {
  const { username } = await pool.createUser({ email: BOB, password: PASSWORD });
  const { AccessToken, IdToken, RefreshToken } = await signInElsewhere(pool, FIREFOX, BOB);
  const tab = await context.newPage();
  await tab.goto(origin + paths.home);
  await tab.evaluate(([prefix, name, access, id, refresh]) => {
    for (const [key, text] of [['accessToken', access], ['idToken', id], ['clockDrift', '0']]) localStorage.setItem(`${prefix}.${name}.${key}`, text);
    localStorage.setItem('user_token', access);
    localStorage.setItem(`${prefix}.LastAuthUser`, name);
    localStorage.setItem(`${prefix}.${name}.refreshToken`, refresh);
  }, [PREFIX, username, AccessToken, IdToken, RefreshToken]);
}
