// Second factors in the account centre: set up, removed, preferred, and really asked for at the next sign-in.
import type { Page } from '@playwright/test';
import { BOB, bobComes, callPool, signedInByCode } from './support/account';
import { expectAccessible } from './support/axe';
import { accessToken, prefer, totp, wrongCode } from './support/factors';
import { expect, test } from './support/fixtures';
import type { Pool } from './support/pool';
import {
  EMAIL, button, calls, configure, expectFieldProblem, expectProblemShown, field, greeting, heading, message, paths, rfc6238, says, signIn,
  signedIn, storage,
} from './support/pages';

const PHONE = '+491701234567';
const code = (page: Page) => field(page, says('TotpCode'));
const panel = (page: Page, key: string) => page.getByRole('region', { name: says(key), exact: true });
const act = (page: Page, key: string, factor: string) => button(page, `${says(key)}: ${says(factor)}`);
const dialog = (page: Page) => page.getByRole('dialog', { name: says('FactorRemoveTitle') });
const h2 = (page: Page, key: string) => page.getByRole('heading', { level: 2, name: says(key), exact: true });
/** The key that the page shows. */
const shownKey = async (page: Page) => (await page.getByRole('code').innerText()).replaceAll(' ', '');
const mfa = async (pool: Pool) => (await pool.user(EMAIL)).mfa;

async function open(page: Page) {
  await page.goto(paths.factors);
  await expect(h2(page, 'FactorsOnTitle')).toBeVisible();
}
async function signInAgain(page: Page) {
  await page.getByRole('button', { name: says('SignOut'), exact: true }).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await signIn(page);
}

test('an authenticator app is set up, and asked for at the next sign-in by the name it was given', async ({ page, pool }) => {
  await signedIn(page, pool);
  await open(page);
  await expect(panel(page, 'FactorsOnTitle')).toContainText(says('FactorsEmpty'));
  await expectAccessible(page);
  await act(page, 'FactorSetUp', 'FactorApp').click();
  await expect(h2(page, 'ScanTitle')).toBeFocused();
  await expect(page.getByRole('img', { name: says('ScanPicture') })).toBeVisible();
  await expectAccessible(page);
  const key = await shownKey(page);
  expect(key).toMatch(/^[A-Z2-7]{52}$/);
  await code(page).fill('12345');
  await button(page, says('Continue')).click();
  await expectFieldProblem(code(page), 'TotpMalformed');
  await code(page).fill(wrongCode(await rfc6238(key)));
  await button(page, says('Continue')).click();
  await expectFieldProblem(code(page), 'ErrEnableTotp');
  await expectAccessible(page);
  await code(page).fill(await rfc6238(key));
  await field(page, says('AppName')).fill('My phone');
  await button(page, says('Continue')).click();
  await expect(message(page, 'FactorAdded')).toBeVisible();
  await expect(h2(page, 'FactorsOnTitle')).toBeFocused();
  await expect(panel(page, 'FactorsOnTitle')).toContainText(`${says('FactorApp')} ${says('FactorOn')}`);
  await expectAccessible(page);
  expect(await mfa(pool)).toMatchObject({ enabled: ['SOFTWARE_TOKEN'], preferred: null });
  expect(JSON.stringify(await storage(page))).not.toContain(key);

  // Each code counts once.
  await pool.advanceClock(30);
  await signInAgain(page);
  await expect(page.getByText(says('StepCodeNamedApp', 'My phone'))).toBeVisible();
  await field(page, says('Code')).fill(await totp(pool));
  await expect(greeting(page)).toBeVisible();
});

test('codes by email are switched on and the app is removed, by keyboard', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.giveTotp(EMAIL);
  await open(page);
  await act(page, 'FactorSwitchOn', 'FactorEmail').focus();
  await page.keyboard.press('Enter');
  await expect(message(page, 'FactorAdded')).toBeVisible();
  await expect(h2(page, 'FactorsOnTitle')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(act(page, 'FactorSetUpAnew', 'FactorApp')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText(says('FactorRemoveOne'));
  await expect(button(page, says('FactorKeep'))).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(act(page, 'FactorRemove', 'FactorApp')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(message(page, 'FactorRemoved')).toBeVisible();
  await expect(h2(page, 'FactorsOnTitle')).toBeFocused();
  expect((await mfa(pool)).enabled).toEqual(['EMAIL']);

  await signInAgain(page);
  await expect(page.getByText(says('StepCodeEmail', 'a***@e***'))).toBeVisible();
  await field(page, says('Code')).fill(await pool.latestCode(EMAIL, { purpose: 'mfa' }));
  await expect(greeting(page)).toBeVisible();
});

test('codes by text message need a confirmed number, and then go there', async ({ page, pool }) => {
  await signedIn(page, pool);
  await open(page);
  const row = panel(page, 'FactorsAddTitle').getByRole('listitem').filter({ hasText: says('FactorSms') });
  await expect(row).toContainText(says('FactorNeedsPhone'));
  await expect(row.getByRole('link', { name: says('ContactTitle') })).toHaveAttribute('href', '/account/contact');
  await expect(act(page, 'FactorSwitchOn', 'FactorSms')).toHaveCount(0);
  await pool.changeUser(EMAIL, { attributes: { phone_number: PHONE }, phone_number_verified: true });
  await open(page);
  await expect(row).toContainText(says('FactorAddress', PHONE));
  await act(page, 'FactorSwitchOn', 'FactorSms').click();
  await expect(message(page, 'FactorAdded')).toBeVisible();
  await signInAgain(page);
  await field(page, says('Code')).fill(await pool.latestCode(PHONE, { purpose: 'mfa' }));
  await expect(greeting(page)).toBeVisible();
});

test('of several, one can be the only one that is asked for, or the choice is left open', async ({ page, pool }) => {
  await signedIn(page, pool);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await pool.giveTotp(EMAIL);
  await open(page);
  const list = page.getByLabel(says('FactorsAsk'));
  const choose = async (key: string) => {
    await list.selectOption({ label: says(key) });
    await button(page, says('Save')).click();
    await expect(message(page, 'Saved')).toBeVisible();
  };
  await choose('FactorEmail');
  expect((await mfa(pool)).preferred).toBe('EMAIL');
  await expect(panel(page, 'FactorsOnTitle').getByRole('listitem').filter({ hasText: says('FactorPreferred') })).toContainText(says('FactorEmail'));
  await expectAccessible(page);
  await button(page, says('Save')).click();
  await expect(message(page, 'NothingChanged')).toBeVisible();
  await signInAgain(page);
  await field(page, says('Code')).fill(await pool.latestCode(EMAIL, { purpose: 'mfa' }));
  await expect(greeting(page)).toBeVisible();
  await open(page);
  await choose('FactorsAskEach');
  expect((await mfa(pool)).preferred).toBeNull();
  await signInAgain(page);
  await expect(heading(page, 'ChooseMfaTitle')).toBeVisible();
});

test('removing the last one says what that means, and a failure leaves everything as it was', async ({ page, pool }) => {
  await signedIn(page, pool);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await open(page);
  await act(page, 'FactorRemove', 'FactorEmail').click();
  await expect(dialog(page)).toContainText(says('FactorRemoveLast'));
  await pool.fault({ operation: 'SetUserMFAPreference', kind: 'status', status: 503, body: 'down', count: null });
  await dialog(page).getByRole('button', { name: says('FactorRemove'), exact: true }).click();
  await expectProblemShown(page, 'FaultServerDown');
  expect((await mfa(pool)).enabled).toEqual(['EMAIL']);
  await pool.clearFaults();
  await dialog(page).getByRole('button', { name: says('FactorRemove'), exact: true }).click();
  await expect(message(page, 'FactorRemoved')).toBeVisible();
  await expect(panel(page, 'FactorsOnTitle')).toContainText(says('FactorsEmptyTitle'));
  await signInAgain(page);
  await expect(greeting(page)).toBeVisible();
});

test('where everybody needs one, the last one stays and it is said why', async ({ page, pool }) => {
  await configure(page, { auth: { mfa_configuration: 'REQUIRED', mfa_methods: ['TOTP'] } });
  await signedIn(page, pool);
  await pool.giveTotp(EMAIL);
  await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['SOFTWARE_TOKEN'] } });
  await open(page);
  await expect(panel(page, 'FactorsOnTitle')).toContainText(says('FactorRequired'));
  await expect(act(page, 'FactorRemove', 'FactorApp')).toHaveCount(0);
  await expect(panel(page, 'FactorsAddTitle')).toHaveCount(0);
  // A new phone: the old entry counts until the new one is proven.
  await act(page, 'FactorSetUpAnew', 'FactorApp').click();
  await code(page).fill(await rfc6238(await shownKey(page)));
  await code(page).press('Enter');
  await expect(message(page, 'FactorAppChanged')).toBeVisible();
  expect(await mfa(pool)).toMatchObject({ enabled: ['SOFTWARE_TOKEN'], software_token: true });
});

test('a pool without second factors: the page says so, and asks nothing', async ({ page, pool }) => {
  await configure(page, { auth: { mfa_configuration: 'NONE' } });
  await signedIn(page, pool);
  const before = await calls(pool, 'GetUser');
  await page.goto(paths.factors);
  await expect(panel(page, 'FactorsNoneTitle')).toContainText(says('FactorsNone'));
  await expect(page.getByRole('link', { name: says('PasswordTitle') }).last()).toBeVisible();
  await expectAccessible(page);
  // Only the session's own.
  expect(await calls(pool, 'GetUser')).toBe(before + 1);
});

test('what the pool refuses is explained where it happens', async ({ page, pool }) => {
  await signedIn(page, pool);
  await open(page);
  await pool.changeSettings({ mfa: { configuration: 'OFF' } });
  await act(page, 'FactorSetUp', 'FactorApp').click();
  await expectProblemShown(page, 'ErrFactorOff');
  await act(page, 'FactorSwitchOn', 'FactorEmail').click();
  await expectProblemShown(page, 'ErrFactorRefused');
  await pool.changeSettings({ mfa: { configuration: 'OPTIONAL' } });

  await act(page, 'FactorSetUp', 'FactorApp').click();
  const key = await shownKey(page);
  const refuse = async (name: string) => {
    await pool.fault({ operation: 'VerifySoftwareToken', kind: 'error', name });
    await code(page).fill(await rfc6238(key));
    await button(page, says('Continue')).click();
  };
  await refuse('ExpiredCodeException');
  await expectFieldProblem(code(page), 'ErrTotpUsed');
  await refuse('TooManyRequestsException');
  await expectProblemShown(page, 'ErrTooManyRequests');
  // Another set-up has taken its place.
  await refuse('SoftwareTokenMFANotFoundException');
  await expectProblemShown(page, 'ErrTotpSetUpOver');
  await button(page, says('FactorNewKey')).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect.poll(() => shownKey(page)).not.toBe(key);
  await expect(h2(page, 'ScanTitle')).toBeFocused();
  await button(page, says('Cancel')).click();
  await expect(h2(page, 'FactorsOnTitle')).toBeFocused();
  await expect(h2(page, 'FactorsAddTitle')).toBeVisible();
  expect(await mfa(pool)).toMatchObject({ enabled: [], software_token: false });
});

test('an app that is proven but not switched on yet is not asked to prove itself again', async ({ page, pool }) => {
  await signedIn(page, pool);
  await open(page);
  await act(page, 'FactorSetUp', 'FactorApp').click();
  await pool.fault({ operation: 'SetUserMFAPreference', kind: 'drop', count: null });
  await code(page).fill(await rfc6238(await shownKey(page)));
  await button(page, says('Continue')).click();
  await expectProblemShown(page, 'FaultOffline');
  await pool.clearFaults();
  await button(page, says('Continue')).click();
  await expect(message(page, 'FactorAdded')).toBeVisible();
  expect(await calls(pool, 'VerifySoftwareToken')).toBe(1);
  expect((await mfa(pool)).enabled).toEqual(['SOFTWARE_TOKEN']);
});

test('without a network the list can be asked for again, and a session that is over leads to the sign-in', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.fault({ operation: 'GetUser', kind: 'drop', count: null });
  await page.goto(paths.factors);
  await expectProblemShown(page, 'FaultOffline');
  await expectAccessible(page);
  await pool.clearFaults();
  await button(page, says('TryAgain')).last().click();
  await expect(h2(page, 'FactorsOnTitle')).toBeVisible();
  await pool.changeUser(EMAIL, { sign_out: true });
  await act(page, 'FactorSwitchOn', 'FactorEmail').click();
  await expect(page).toHaveURL(new RegExp(`${paths.login}(\\?|$)`));
});

test('whoever has no password is told to set one first, instead of being locked out', async ({ page, pool }) => {
  await configure(page, { auth: { passwordless: { email_otp_enabled: true } } });
  await signedInByCode(page, pool);
  await open(page);
  await expect(panel(page, 'FactorsAddTitle')).toContainText(says('FactorsNeedPassword'));
  await expect(panel(page, 'FactorsAddTitle').getByRole('link', { name: says('PasswordTitle') })).toHaveAttribute('href', '/account/password');
  await expect(act(page, 'FactorSetUp', 'FactorApp')).toHaveCount(0);
});

test('what another tab has changed in the meantime is no trouble', async ({ page, pool, context }) => {
  await signedIn(page, pool);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await open(page);
  const second = await context.newPage();
  await open(second);
  await act(second, 'FactorRemove', 'FactorEmail').click();
  await dialog(second).getByRole('button', { name: says('FactorRemove'), exact: true }).click();
  await expect(message(second, 'FactorRemoved')).toBeVisible();
  await act(page, 'FactorRemove', 'FactorEmail').click();
  await dialog(page).getByRole('button', { name: says('FactorRemove'), exact: true }).click();
  await expect(message(page, 'FactorRemoved')).toBeVisible();
  await expect(panel(page, 'FactorsOnTitle')).toContainText(says('FactorsEmptyTitle'));
});

test('one that was removed elsewhere is not switched on by being preferred', async ({ page, pool }) => {
  await signedIn(page, pool);
  const AccessToken = await accessToken(pool);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await pool.giveTotp(EMAIL);
  await open(page);
  await callPool(pool, 'SetUserMFAPreference', { AccessToken, EmailMfaSettings: { Enabled: false } });
  await page.getByLabel(says('FactorsAsk')).selectOption({ label: says('FactorEmail') });
  await button(page, says('Save')).click();
  await expectProblemShown(page, 'ErrFactorRefused');
  expect(await mfa(pool)).toMatchObject({ enabled: ['SOFTWARE_TOKEN'] });
});

test('somebody else comes in another tab: the second steps are theirs, and a key that was shown is gone', async ({ page, pool, context }) => {
  await signedIn(page, pool);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await open(page);
  await act(page, 'FactorSetUp', 'FactorApp').click();
  const key = await page.getByRole('code').innerText();
  await bobComes(context, pool);
  await expect(panel(page, 'FactorsOnTitle')).toContainText(says('FactorsEmpty'));
  await expect(page.getByText(key)).toHaveCount(0);
  await expect(page.getByText(EMAIL)).toHaveCount(0);
  await expect(panel(page, 'FactorsAddTitle')).toContainText(says('FactorAddress', BOB));
  await expectAccessible(page);
});

test('somebody else comes while one is about to be removed: they are not asked', async ({ page, pool, context }) => {
  await signedIn(page, pool);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await open(page);
  await act(page, 'FactorRemove', 'FactorEmail').click();
  await expect(dialog(page)).toBeVisible();
  await bobComes(context, pool);
  await expect(panel(page, 'FactorsOnTitle')).toContainText(says('FactorsEmpty'));
  await expect(dialog(page)).toHaveCount(0);
  expect((await mfa(pool)).enabled).toEqual(['EMAIL']);
});
