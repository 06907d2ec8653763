// The account centre: sensitive changes ask for a fresh sign-in when the last one is old. Tried on the deletion of an account,
// which asks for nothing else once the name is entered.
import { callPool, openLater, sections, signInElsewhere } from './support/account';
import { expectAccessible } from './support/axe';
import { expect, poolConfig, redirects, test, withSite, type Pool } from './support/fixtures';
import {
  CLIENT, EMAIL, OTHER_PASSWORD, PASSWORD, PREFIX, SERVER_ENGLISH, button, calls, configure, expectFieldProblem, expectProblemShown, field, greeting,
  heading, hold, message, paths, says, signedIn, storage, timePasses,
} from './support/pages';
import { pretendProvider } from '../../tools/lib.mjs';
import type { Page } from '@playwright/test';

const question = (page: Page) => page.getByRole('dialog', { name: says('StepUpTitle'), exact: true });
const change = (page: Page) => page.getByRole('dialog', { name: says('DeleteAskTitle') });
const password = (page: Page) => question(page).getByLabel('Password', { exact: true });
const goOn = (page: Page) => question(page).getByRole('button', { name: says('Continue'), exact: true });
const remove = (page: Page, name = EMAIL) => field(page, says('DeleteConfirm', name));

/** Asks for the change. */
async function ask(page: Page, name = EMAIL) {
  await remove(page, name).fill(name);
  await remove(page, name).press('Enter');
}

/** Ada, who signed in a while ago, and asks for the change. */
async function asked(page: Page, pool: Pool) {
  await signedIn(page, pool);
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await expect(question(page)).toBeVisible();
}

const authTime = async (page: Page) => JSON.parse(atob((await storage(page)).user_token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).auth_time;

test('whoever has just signed in is asked nothing; later the password is, and the change goes on once', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(sections.data);
  await ask(page);
  await expect(change(page)).toBeVisible();
  await button(page, says('Cancel')).click();
  const before = await authTime(page);
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await expect(question(page)).toContainText(says('StepUpLead'));
  await expect(password(page)).toBeFocused();
  await expect(password(page)).toHaveAttribute('autocomplete', 'current-password');
  await expect(question(page).locator('input[autocomplete=username]')).toHaveValue(EMAIL);
  await expectAccessible(page);
  await goOn(page).click();
  await expectFieldProblem(password(page), 'PasswordMissing');
  await password(page).fill(OTHER_PASSWORD);
  await password(page).press('Enter');
  await expectFieldProblem(password(page), 'ErrOldPassword');
  expect(await authTime(page)).toBe(before);
  await password(page).fill(PASSWORD);
  await password(page).press('Enter');
  await expect(change(page)).toBeVisible();
  await expect(question(page)).toHaveCount(0);
  expect(await authTime(page)).toBeGreaterThan(before);
  // The new session took the place of the old one, and is fresh.
  await expect.poll(async () => (await pool.user(EMAIL)).sessions).toBe(1);
  await button(page, says('Cancel')).click();
  await expect(change(page)).toHaveCount(0);
  await ask(page);
  await expect(change(page)).toBeVisible();
  expect(await calls(pool, 'DeleteUser')).toBe(0);
});

test('whoever does not go on has changed nothing, and is where they were', async ({ page, pool }) => {
  await asked(page, pool);
  const before = await storage(page);
  await page.keyboard.press('Escape');
  await expect(question(page)).toHaveCount(0);
  await expect(remove(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(password(page)).toBeFocused();
  await button(page, says('Cancel')).click();
  await expect(question(page)).toHaveCount(0);
  await expect(remove(page)).toBeFocused();
  await expect(remove(page)).toHaveValue(EMAIL);
  await expect(change(page)).toHaveCount(0);
  expect(await storage(page)).toEqual(before);
  expect((await pool.requests()).filter((call) => call.operation === 'DeleteUser' || call.auth_flow === 'USER_SRP_AUTH')).toEqual([]);
});

test('while it is checked the button says so; without a network it can be tried again', async ({ page, pool, poolOrigin, context }) => {
  await asked(page, pool);
  await context.setOffline(true);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(password(page)).toHaveValue(PASSWORD);
  await context.setOffline(false);
  await pool.clearRequests();
  const release = await hold(page, `${poolOrigin}/`);
  await goOn(page).click();
  const busy = question(page).getByRole('button', { name: says('Checking') });
  await expect(busy).toBeDisabled();
  await password(page).press('Enter');
  release();
  await expect(change(page)).toBeVisible();
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
});

test('too many wrong passwords are said without a way that leads nowhere', async ({ page, pool }) => {
  await asked(page, pool);
  await pool.fault({ operation: 'InitiateAuth', kind: 'error', name: 'NotAuthorizedException', message: 'Password attempts exceeded' });
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expectProblemShown(page, 'ErrPasswordAttempts');
  await expect(question(page).getByRole('link')).toHaveCount(0);
  await pool.fault({ operation: 'InitiateAuth', kind: 'error', name: 'PasswordResetRequiredException', message: SERVER_ENGLISH });
  await goOn(page).click();
  await expectProblemShown(page, 'ErrResetRequired');
});

test('a second factor is asked for in the same dialog', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.giveTotp(EMAIL);
  await configure(page, { doorward: { remember_devices: true } });
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  const code = question(page).getByLabel(says('Code'), { exact: true });
  await expect(code).toBeFocused();
  await expect(question(page).getByRole('checkbox')).toHaveCount(0);
  await expectAccessible(page);
  const { code: right } = await pool.totp(EMAIL);
  await code.fill(right === '000000' ? '111111' : '000000');
  await expectFieldProblem(code, 'ErrTotpMismatch');
  await expect(page).toHaveTitle(new RegExp(says('DataTitle')));
  await question(page).getByRole('button', { name: says('StartOver') }).click();
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await code.fill((await pool.totp(EMAIL)).code);
  await expect(change(page)).toBeVisible();
});

test('a step that took too long begins again, and says so', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.giveTotp(EMAIL);
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(question(page).getByLabel(says('Code'), { exact: true })).toBeVisible();
  await pool.advanceClock(200);
  await question(page).getByLabel(says('Code'), { exact: true }).fill((await pool.totp(EMAIL)).code);
  await expectProblemShown(page, 'ErrStepExpired');
  await expect(password(page)).toHaveValue('');
});

test('with choice-based sign-in a code by email will do; what was typed below stays', async ({ page, pool }) => {
  await signedIn(page, pool);
  await configure(page, { doorward: { flow: 'choice' }, auth: { passwordless: { email_otp_enabled: true } } });
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await expect(password(page)).toHaveCount(0);
  await goOn(page).click();
  await question(page).getByRole('button', { name: says('EmailMeACode') }).click();
  await question(page).getByLabel(says('Code'), { exact: true }).fill(await pool.latestCode(EMAIL, { purpose: 'sign_in' }));
  await expect(change(page)).toBeVisible();
  await button(page, says('Cancel')).click();
  await expect(remove(page)).toHaveValue(EMAIL);
});

test('beside the password there are the other ways of the site', async ({ page, pool }) => {
  await configure(page, { auth: { passwordless: { email_otp_enabled: true } } });
  await asked(page, pool);
  await question(page).getByRole('button', { name: says('EmailMeACode') }).click();
  await question(page).getByLabel(says('Code'), { exact: true }).fill(await pool.latestCode(EMAIL, { purpose: 'sign_in' }));
  await expect(change(page)).toBeVisible();
});

test('somebody else who signs in meanwhile has asked for nothing', async ({ page, pool, context }) => {
  await asked(page, pool);
  const bob = { email: 'bob@example.com', password: PASSWORD };
  const { username } = await pool.createUser(bob);
  const request = { ClientId: CLIENT, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: bob.email, PASSWORD } };
  const { AccessToken, IdToken, RefreshToken } = (await callPool(pool, 'InitiateAuth', request)).AuthenticationResult;
  const tab = await context.newPage();
  await tab.goto(paths.home);
  await tab.evaluate(([prefix, name, access, id, refresh]) => {
    for (const [key, text] of [['accessToken', access], ['idToken', id], ['clockDrift', '0']]) localStorage.setItem(`${prefix}.${name}.${key}`, text);
    localStorage.setItem('user_token', access);
    localStorage.setItem(`${prefix}.LastAuthUser`, name);
    localStorage.setItem(`${prefix}.${name}.refreshToken`, refresh);
  }, [PREFIX, username, AccessToken, IdToken, RefreshToken]);
  await expect(question(page)).toHaveCount(0);
  await expect(change(page)).toHaveCount(0);
  await expect(remove(page, bob.email)).toBeVisible();
});

test('whoever was signed out elsewhere meanwhile has a new session once they have shown who they are', async ({ page, pool }) => {
  await asked(page, pool);
  await pool.changeUser(EMAIL, { sign_out: true });
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(change(page)).toBeVisible();
});

test('the other sessions stay when this one is renewed', async ({ page, pool }) => {
  await asked(page, pool);
  await signInElsewhere(pool);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(change(page)).toBeVisible();
  await expect.poll(async () => (await pool.user(EMAIL)).sessions).toBe(2);
});

test('whoever came from a provider signs in there again, and comes back to the same page', async ({ browser, pool, poolOrigin }) => {
  const config = poolConfig(poolOrigin);
  config.auth.oauth = pretendProvider([]);
  await withSite(config, async (site) => {
    const { redirect_sign_in_uri, redirect_sign_out_uri } = redirects(site.origin);
    await pool.changeSettings({ oauth: { callback_urls: redirect_sign_in_uri, logout_urls: redirect_sign_out_uri } });
    const context = await browser.newContext({ baseURL: site.origin }), page = await context.newPage();
    const provider = 'PretendSocial', mira = 'Mira Okafor';
    await page.goto(paths.login);
    await button(page, says('ContinueWith', provider)).click();
    await page.getByRole('button', { name: mira }).click();
    await expect(greeting(page, mira)).toBeVisible();
    await timePasses(page, pool, 700);
    await page.goto(sections.data);
    await expect(page.getByRole('definition')).toContainText(says('LinkedSince', ''));
    await expect(page.getByRole('term')).toHaveText(provider);
    const { email } = await pool.user('pretendsocial_1001');
    await ask(page, email);
    await expect(question(page)).toContainText(says('StepUpAtProvider', provider));
    await expectAccessible(page);
    await question(page).getByRole('button', { name: says('ContinueWith', provider) }).click();
    await page.getByRole('button', { name: mira }).click();
    await expect(heading(page, 'DataTitle')).toBeVisible();
    await expect(page).toHaveURL(sections.data);
    await ask(page, email);
    await expect(change(page)).toBeVisible();
    await change(page).getByRole('button', { name: says('Delete'), exact: true }).click();
    await expect(message(page, 'NoticeAccountDeleted')).toBeVisible();
    await context.close();
  });
});
