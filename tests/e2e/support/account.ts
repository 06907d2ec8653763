// What the tests of the account centre share: its addresses, and other browsers and apps of the same person.
import type { Page } from '@playwright/test';
import { expect } from './fixtures';
import { CLIENT, EMAIL, PASSWORD, heading, timePasses } from './pages';
import type { Pool } from './pool';

export const sections = { devices: '/account/devices', sessions: '/account/sessions', data: '/account/data' };

export const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

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
export async function signInElsewhere(pool: Pool, userAgent = FIREFOX): Promise<any> {
  const request = { ClientId: CLIENT, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: EMAIL, PASSWORD } };
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
