// Passkeys in the account centre: made, listed, removed, and good for the next sign-in.
import type { Page } from '@playwright/test';
import { bobComes, callPool, signedInByCode } from './support/account';
import { expectAccessible } from './support/axe';
import { accessToken, listPasskeys, passkey, prefer, withAuthenticator, withPasskeys } from './support/factors';
import { expect, test, type Site } from './support/fixtures';
import type { Pool } from './support/pool';
import { EMAIL, button, calls, configure, expectProblemShown, field, greeting, heading, message, paths, says, signedIn } from './support/pages';

const panel = (page: Page) => page.getByRole('region', { name: says('PasskeysListTitle'), exact: true });
const title = (page: Page) => page.getByRole('heading', { level: 2, name: says('PasskeysListTitle'), exact: true });
const rows = (page: Page) => panel(page).getByRole('listitem');
const remove = (page: Page) => rows(page).getByRole('button', { name: new RegExp(`^${says('FactorRemove')}: `) });
const dialog = (page: Page) => page.getByRole('dialog', { name: says('PasskeyRemoveTitle') });
const confirm = (page: Page) => dialog(page).getByRole('button', { name: says('FactorRemove'), exact: true });
/** Browsers have passkeys for host names, not for addresses. */
const named = (site: Site) => site.origin.replace('127.0.0.1', 'localhost');

/** Somebody with an authenticator on the page of their passkeys. */
async function open(page: Page, pool: Pool, site: Site, config: object = withPasskeys) {
  const authenticator = await withAuthenticator(page);
  await configure(page, config);
  await signedIn(page, pool);
  await page.goto(`${named(site)}${paths.passkeys}`);
  await expect(button(page, says('PasskeysCreate'))).toBeVisible();
  return authenticator;
}
async function create(page: Page, count = 1) {
  await button(page, says('PasskeysCreate')).click();
  await expect(message(page, 'PasskeysCreated')).toBeVisible();
  await expect(rows(page)).toHaveCount(count);
}
async function signOut(page: Page) {
  await page.getByRole('button', { name: says('SignOut'), exact: true }).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
}
async function signInByPasskey(page: Page, site: Site) {
  // One that the browser offers by itself would be quicker than the button.
  await page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  await page.goto(`${named(site)}${paths.login}`);
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('UsePasskey')).click();
}

test('a passkey that is made here opens the account at the next sign-in', async ({ page, pool, site }) => {
  await open(page, pool, site);
  await expect(panel(page)).toContainText(says('PasskeysEmptyTitle'));
  await expectAccessible(page);
  await button(page, says('PasskeysCreate')).focus();
  await page.keyboard.press('Enter');
  await expect(message(page, 'PasskeysCreated')).toBeVisible();
  await expect(button(page, says('PasskeysCreate'))).toBeFocused();
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText(says('PasskeyDevice'));
  await expect(rows(page)).toContainText(says('PasskeyCreated', ''));
  await expectAccessible(page);

  // One for each device.
  await button(page, says('PasskeysCreate')).click();
  await expect(message(page, 'PasskeysExist')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);

  await signOut(page);
  await signInByPasskey(page, site);
  await expect(greeting(page)).toBeVisible();
});

test('removing asks first, survives a failure, and finds one that is gone already', async ({ page, pool, site }) => {
  await open(page, pool, site);
  await create(page);
  await remove(page).click();
  await expect(dialog(page)).toContainText(says('PasskeyRemoveText'));
  await expectAccessible(page);
  await button(page, says('FactorKeep')).click();
  await expect(remove(page)).toBeFocused();

  await remove(page).click();
  await pool.fault({ operation: 'DeleteWebAuthnCredential', kind: 'error', name: 'LimitExceededException' });
  await confirm(page).click();
  await expectProblemShown(page, 'ErrLimitExceeded');
  // Another client was quicker.
  const AccessToken = await accessToken(pool);
  const [{ CredentialId }] = (await callPool(pool, 'ListWebAuthnCredentials', { AccessToken })).Credentials;
  await callPool(pool, 'DeleteWebAuthnCredential', { AccessToken, CredentialId });
  await confirm(page).click();
  await expect(message(page, 'PasskeysRemoved')).toBeVisible();
  await expect(title(page)).toBeFocused();
  await expect(panel(page)).toContainText(says('PasskeysEmptyTitle'));
});

test('the last way to sign in is not removed without a warning', async ({ page, pool, site }) => {
  await withAuthenticator(page);
  await configure(page, withPasskeys);
  await pool.changeSettings({ first_factors: ['PASSWORD', 'WEB_AUTHN', 'EMAIL_OTP'] });
  await signedInByCode(page, pool);
  await page.goto(`${named(site)}${paths.passkeys}`);
  await create(page);
  await remove(page).click();
  await expect(dialog(page)).toContainText(says('PasskeyRemoveText'));
  await button(page, says('FactorKeep')).click();
  await pool.changeSettings({ first_factors: ['PASSWORD', 'WEB_AUTHN'] });
  await page.reload();
  await remove(page).click();
  await expect(dialog(page)).toContainText(says('PasskeyRemoveLast'));
  await expect(dialog(page).getByRole('link', { name: says('PasswordTitle') })).toHaveAttribute('href', '/account/password');
  await expectAccessible(page);
  await confirm(page).click();
  await expect(message(page, 'PasskeysRemoved')).toBeVisible();
});

test('every refusal of the pool is explained, and nothing is kept', async ({ page, pool, site }) => {
  await open(page, pool, site);
  for (const [operation, name, text] of [
    ['StartWebAuthnRegistration', 'WebAuthnNotEnabledException', 'ErrPasskeyOff'],
    ['StartWebAuthnRegistration', 'WebAuthnConfigurationMissingException', 'ErrPasskeySetup'],
    ['StartWebAuthnRegistration', 'LimitExceededException', 'ErrLimitExceeded'],
    ['CompleteWebAuthnRegistration', 'WebAuthnOriginNotAllowedException', 'ErrPasskeyOrigin'],
    ['CompleteWebAuthnRegistration', 'WebAuthnRelyingPartyMismatchException', 'ErrPasskeySite'],
    ['CompleteWebAuthnRegistration', 'WebAuthnChallengeNotFoundException', 'ErrPasskeyChallenge'],
    ['CompleteWebAuthnRegistration', 'WebAuthnCredentialNotSupportedException', 'ErrPasskeyKind'],
    ['CompleteWebAuthnRegistration', 'InvalidParameterException', 'ErrPasskeyRefused'],
  ] as const) {
    await pool.fault({ operation, kind: 'error', name });
    await button(page, says('PasskeysCreate')).click();
    await expectProblemShown(page, text);
  }
  await expect(panel(page)).toContainText(says('PasskeysEmptyTitle'));
  await pool.fault({ operation: 'StartWebAuthnRegistration', kind: 'drop', count: null });
  await button(page, says('PasskeysCreate')).click();
  await expectProblemShown(page, 'FaultOffline');
  await expectAccessible(page);
});

test('a dialog that is closed is no error, and other faults of the browser are said', async ({ page, pool, site }) => {
  await page.addInitScript(() => {
    const names = ['NotAllowedError', 'UnknownError', 'NotSupportedError'];
    CredentialsContainer.prototype.create = () => Promise.reject(new DOMException('closed', names.shift()));
  });
  await open(page, pool, site);
  await button(page, says('PasskeysCreate')).click();
  await expect(message(page, 'PasskeysCancelled')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(button(page, says('PasskeysCreate'))).toBeFocused();
  for (const text of ['PasskeysFailed', 'PasskeysNoBrowser']) {
    await button(page, says('PasskeysCreate')).click();
    await expectProblemShown(page, text);
  }
  expect(await calls(pool, 'CompleteWebAuthnRegistration')).toBe(0);
});

test('at an address that the passkeys are not for, the browser makes none and the page says why', async ({ page, pool }) => {
  await withAuthenticator(page);
  await configure(page, withPasskeys);
  await signedIn(page, pool);
  await page.goto(paths.passkeys);
  await button(page, says('PasskeysCreate')).click();
  await expectProblemShown(page, 'ErrPasskeyOrigin');
});

test('a browser without passkeys, and a site without them', async ({ page, pool, site }) => {
  await page.addInitScript(() => { Reflect.deleteProperty(window, 'PublicKeyCredential'); });
  await signedIn(page, pool);
  await page.goto(paths.passkeys);
  await expect(page.getByRole('region', { name: says('PasskeysNotOfferedTitle') })).toContainText(says('PasskeysNotOffered'));
  await expectAccessible(page);
  expect(await calls(pool, 'ListWebAuthnCredentials')).toBe(0);
  await configure(page, withPasskeys);
  await page.goto(`${named(site)}${paths.passkeys}`);
  await expect(panel(page)).toContainText(says('PasskeysNoBrowser'));
  await expect(button(page, says('PasskeysCreate'))).toHaveCount(0);
});

test('a long list comes in pages, says what each passkey is, and has an end', async ({ page, pool, site }) => {
  const numbered = (number: number) => passkey(number, number ? `Key <${number}>` : '');
  await listPasskeys(page, pool, (from = '0') => (
    { Credentials: Array.from({ length: 10 }, (_, number) => numbered(Number(from) + number)), ...(from === '0' && { NextToken: '10' }) }));
  await open(page, pool, site);
  await expect(rows(page)).toHaveCount(10);
  await expect(rows(page).first()).toContainText(says('PasskeyPhone'));
  await expect(rows(page).first()).toContainText(says('Passkey'));
  await expect(rows(page).nth(1)).toContainText(says('PasskeySecurityKey'));
  await expect(rows(page).nth(1)).toContainText('Key <1>');
  const names = await remove(page).evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')));
  expect(new Set(names).size).toBe(10);
  await button(page, says('PasskeysMore')).click();
  await expect(rows(page)).toHaveCount(20);
  await expect(button(page, says('PasskeysMore'))).toHaveCount(0);
  await expect(panel(page)).toContainText(says('PasskeysMost'));
  await expect(button(page, says('PasskeysCreate'))).toHaveCount(0);
});

test('a list that does not arrive can be asked for again', async ({ page, pool }) => {
  await configure(page, withPasskeys);
  await signedIn(page, pool);
  await pool.fault({ operation: 'ListWebAuthnCredentials', kind: 'status', status: 503, body: 'down', count: null });
  await page.goto(paths.passkeys);
  await expectProblemShown(page, 'FaultServerDown');
  await expectAccessible(page);
  await pool.clearFaults();
  await button(page, says('TryAgain')).click();
  await expect(panel(page)).toContainText(says('PasskeysEmptyTitle'));
});

test('a passkey stands for both steps once that is switched on, and is of no use before', async ({ page, pool, site }) => {
  await open(page, pool, site, { ...withPasskeys, doorward: { passkey_mfa: true } });
  await pool.changeSettings({ web_authn: { user_verification: 'required', factor_configuration: 'MULTI_FACTOR_WITH_USER_VERIFICATION' } });
  const factors = page.getByRole('region', { name: says('FactorsAddTitle') });
  const row = factors.getByRole('listitem').filter({ hasText: says('FactorPasskey') });
  await page.goto(`${named(site)}${paths.factors}`);
  await expect(row).toContainText(says('FactorNeedsPasskey'));
  await row.getByRole('link', { name: says('PasskeysTitle') }).click();
  await create(page);
  await page.goto(`${named(site)}${paths.factors}`);
  await expect(row).toContainText(says('FactorNeedsCodes'));
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await page.goto(`${named(site)}${paths.passkeys}`);
  await expect(message(page, 'PasskeysSecondStep')).toBeVisible();
  await expectAccessible(page);
  await page.goto(`${named(site)}${paths.factors}`);
  await button(page, `${says('FactorSwitchOn')}: ${says('FactorPasskey')}`).click();
  await expect(page.getByRole('status').filter({ hasText: says('FactorAdded') })).toBeVisible();
  expect((await pool.user(EMAIL)).mfa.passkeys).toBe(true);
  await signOut(page);
  await signInByPasskey(page, site);
  // No code is asked for.
  await expect(greeting(page)).toBeVisible();
});

test("somebody else comes in another tab: nobody else's passkeys are there, and none is about to be removed", async ({ page, pool, context, site }) => {
  await open(page, pool, site);
  await create(page);
  await remove(page).click();
  await expect(dialog(page)).toBeVisible();
  await bobComes(context, pool, named(site));
  await expect(panel(page)).toContainText(says('PasskeysEmptyTitle'));
  await expect(rows(page)).toHaveCount(0);
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: says('PasskeysCreated') })).toHaveCount(0);
  expect(await calls(pool, 'DeleteWebAuthnCredential')).toBe(0);
  await expectAccessible(page);
});
