// Every screen of the app in a state that is always the same, for screens.spec: for looking at, and for axe.
import type { BrowserContext, Page } from '@playwright/test';
import { openLater, sections } from './account';
import { attributes, details, withDevices, withSecondSteps, withSessions, withThreePasskeys } from './centre';
import { prefer } from './factors';
import { expect } from './fixtures';
import type { Pool } from './pool';
import { EMAIL, OTHER_PASSWORD, PASSWORD, appStarted, button, configure, field, greeting, heading, hold, paths, saysIn, says, signIn, signedIn, stored } from './pages';

export interface Scene { page: Page; context: BrowserContext; pool: Pool }
/** Opens a screen; what it is called is the name of its pictures. */
export type Screen = [name: string, open: (scene: Scene) => Promise<void>];

const user = { email: EMAIL, password: PASSWORD };
const open = (path: string) => async ({ page }: Scene) => {
  await page.goto(path);
  await appStarted(page);
};
/** A page of somebody who is signed in, and what they have before it is opened. */
const own = (path: string, key: string, furnish?: (scene: Scene) => Promise<unknown>) => async (scene: Scene) => {
  const { page, pool } = scene;
  await signedIn(page, pool, { ...user, attributes: details });
  await furnish?.(scene);
  await page.goto(path);
  await expect(heading(page, key)).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
};
/** The site has these ways to sign in at a provider. */
async function withProviders(page: Page, ...identity_providers: string[]) {
  await page.goto(paths.home);
  const { origin } = new URL(page.url());
  const oauth = { domain: 'x.auth.us-east-1.amazoncognito.com', scopes: ['openid'], identity_providers, redirect_sign_in_uri: [origin + paths.callback], redirect_sign_out_uri: [], response_type: 'code' };
  await configure(page, { auth: { oauth } });
}

export const screens: Screen[] = [
  // ------------------------------------------------------------------------------------------------- signed out
  ['home', open(paths.home)],
  ['sign-in', open(paths.login)],
  ['sign-in-other-ways', async (scene) => {
    await configure(scene.page, { auth: { passwordless: { email_otp_enabled: true, web_authn: {} } } });
    await open(paths.login)(scene);
    await expect(button(scene.page, says('UsePasskey'))).toBeVisible();
  }],
  ['sign-in-providers', async (scene) => {
    await withProviders(scene.page, 'GOOGLE', 'SIGN_IN_WITH_APPLE');
    await open(paths.login)(scene);
    for (const name of ['Google', 'Apple']) await expect(button(scene.page, says('ContinueWith', name))).toBeVisible();
  }],
  ['sign-in-fields-wrong', async (scene) => {
    await open(paths.login)(scene);
    await field(scene.page, 'Email').fill('ada');
    await button(scene.page, 'Sign in').click();
    await expect(field(scene.page, 'Email')).toBeFocused();
  }],
  ['sign-in-refused', async ({ page, pool }) => {
    await pool.createUser(user);
    await signIn(page, { password: OTHER_PASSWORD });
    await expect(page.getByRole('alert')).toBeVisible();
  }],
  ['sign-up', open(paths.signUp)],
  ['sign-up-fields-wrong', async (scene) => {
    await open(paths.signUp)(scene);
    await field(scene.page, 'Password').fill('short');
    await button(scene.page, says('CreateAccount')).click();
    await expect(field(scene.page, 'Email')).toBeFocused();
  }],
  ['verify', open(paths.verify)],
  ['forgot-password', open(paths.forgot)],
  ['reset-password', async (scene) => {
    await scene.pool.createUser(user);
    await open(paths.forgot)(scene);
    await field(scene.page, 'Email').fill(EMAIL);
    await button(scene.page, says('SendCode')).click();
    await expect(heading(scene.page, 'ResetTitle')).toBeVisible();
  }],
  ['step-code', async ({ page, pool }) => {
    await pool.createUser(user);
    await prefer(pool, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
    await signIn(page);
    await expect(heading(page, 'StepCodeTitle')).toBeVisible();
  }],
  ['step-choose', async ({ page, pool }) => {
    await pool.createUser(user);
    await prefer(pool, { EmailMfaSettings: { Enabled: true } });
    await pool.giveTotp(EMAIL);
    await signIn(page);
    await expect(heading(page, 'ChooseMfaTitle')).toBeVisible();
  }],
  ['step-scan', async ({ page, pool }) => {
    await pool.createUser(user);
    await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['SOFTWARE_TOKEN'] } });
    await signIn(page);
    await button(page, says('SetUpApp')).click();
    await expect(heading(page, 'ScanTitle')).toBeVisible();
  }],
  ['step-new-password', async ({ page, pool }) => {
    await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
    await signIn(page, { password: 'Temporary-1' });
    await expect(heading(page, 'NewPasswordTitle')).toBeVisible();
  }],
  ['step-question', async ({ page, pool }) => {
    await pool.createUser(user);
    await configure(page, { doorward: { flow: 'custom' } });
    await page.goto(paths.login);
    await field(page, 'Email').fill(EMAIL);
    await button(page, says('Continue')).click();
    await expect(page.getByText(says('StepCustomLead'))).toBeVisible();
  }],
  ['provider-failed', async ({ page }) => {
    await withProviders(page, 'GOOGLE');
    await page.goto(`${paths.callback}?error=access_denied&state=x`);
    await expect(heading(page, 'CallbackFailedTitle')).toBeVisible();
  }],
  ['signed-out', async ({ page, pool }) => {
    await signedIn(page, pool, user);
    await button(page, says('SignOut')).click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  }],
  ['not-found', async ({ page }) => {
    await page.goto('/nowhere');
    await expect(heading(page, 'NotFoundTitle')).toBeVisible();
  }],
  ['set-up-wrong', async ({ page }) => {
    await page.route('**/config.json', (route) => route.fulfill({ json: {} }));
    await page.goto(paths.login);
    await expect(heading(page, 'ConfigTitle')).toBeVisible();
  }],
  ['languages', async (scene) => {
    await open(paths.login)(scene);
    await scene.page.locator('#language').click();
    await expect(button(scene.page, 'Deutsch')).toBeVisible();
  }],
  ['right-to-left', async ({ page }) => {
    await stored(page, { 'Doorward.language': 'ar' });
    await page.goto(paths.signUp);
    await appStarted(page);
    await expect(page.getByRole('heading', { level: 1, name: saysIn('ar', 'SignUpTitle'), exact: true })).toBeVisible();
  }],
  // -------------------------------------------------------------------------------------------------- signed in
  ['loading', async ({ page, pool }) => {
    await signedIn(page, pool, user);
    await hold(page, /\/assets\/page-account-[^/]*\.wasm$/);
    await page.goto(paths.account);
    await expect(page.locator('.skeleton')).toBeVisible();
  }],
  ['part-missing', async ({ page, pool }) => {
    await signedIn(page, pool, user);
    await page.route(/\/assets\/page-account-[^/]*\.wasm$/, (route) => route.abort());
    await page.goto(paths.account);
    await expect(button(page, says('TryAgain'))).toBeVisible();
  }],
  ['your-page', async ({ page, pool }) => {
    await signedIn(page, pool, { ...user, attributes: details });
    await expect(greeting(page, 'Ada')).toBeVisible();
  }],
  ['session-ends', async ({ page, context, pool }) => {
    await configure(context, { doorward: { sign_out_after: { idle_minutes: 2 } } });
    await page.clock.install();
    await signedIn(page, pool, user);
    await page.clock.fastForward(61_000);
    await expect(page.getByRole('alertdialog')).toBeVisible();
  }],
  ['aws-access', own(paths.awsAccess, 'AwsTitle')],
  ['protected-api-missing', own(paths.protectedApi, 'ApiTitle')],
  ['account', own(paths.account, 'Account')],
  ['account-profile', async (scene) => {
    await configure(scene.page, { doorward: { attributes } });
    await own('/account/profile', 'DetailsTitle')(scene);
  }],
  ['account-contact', own('/account/contact', 'ContactTitle')],
  ['account-contact-not-confirmed', own('/account/contact', 'ContactTitle', ({ pool }) => pool.changeUser(EMAIL, { email_verified: false }))],
  ['account-contact-code', async (scene) => {
    const { page, pool } = scene;
    await page.clock.install();
    await pool.changeSettings({ attributes_require_verification_before_update: ['email'] });
    await own('/account/contact', 'ContactTitle')(scene);
    await button(page, says('ContactChange')).first().click();
    await field(page, says('ContactNewEmail')).fill('countess@example.com');
    await button(page, says('Continue')).click();
    await expect(field(page, says('Code'))).toBeFocused();
    await page.clock.runFor(31_000);
    await expect(button(page, says('ResendCode'))).toBeVisible();
  }],
  ['account-password', own('/account/password', 'PasswordTitle')],
  ['account-second-step', async (scene) => {
    await scene.pool.changeSettings({ mfa: { configuration: 'OPTIONAL', methods: ['SOFTWARE_TOKEN', 'EMAIL', 'SMS'] } });
    await configure(scene.page, { auth: { mfa_configuration: 'OPTIONAL', mfa_methods: ['TOTP', 'EMAIL', 'SMS'] } });
    await own('/account/second_factors', 'FactorsTitle')(scene);
  }],
  ['account-second-step-on', own(paths.factors, 'FactorsTitle', withSecondSteps)],
  ['account-passkeys', own('/account/passkeys', 'PasskeysTitle')],
  ['account-passkeys-list', own(paths.passkeys, 'PasskeysTitle', withThreePasskeys)],
  ['account-confirm', async (scene) => {
    await own(paths.passkeys, 'PasskeysTitle', withThreePasskeys)(scene);
    await scene.page.getByRole('button', { name: new RegExp(`^${says('FactorRemove')}: `) }).first().click();
    await expect(button(scene.page, says('FactorKeep'))).toBeFocused();
  }],
  ['account-devices', own('/account/devices', 'DevicesTitle')],
  ['account-devices-list', own('/account/devices', 'DevicesTitle', withDevices)],
  ['account-sessions', own('/account/sessions', 'SessionsTitle')],
  ['account-sessions-list', own('/account/sessions', 'SessionsTitle', withSessions)],
  ['account-data', own('/account/data', 'DataTitle')],
  ['account-step-up', async ({ page, pool }) => {
    await signedIn(page, pool, { ...user, attributes: details });
    await openLater(page, pool, sections.data, 'DataTitle');
    await field(page, says('DeleteConfirm', EMAIL)).fill(EMAIL);
    await field(page, says('DeleteConfirm', EMAIL)).press('Enter');
    await expect(page.getByRole('dialog').getByLabel('Password', { exact: true })).toBeFocused();
  }],
  ['account-right-to-left', async (scene) => {
    await signedIn(scene.page, scene.pool, { ...user, attributes: details });
    await scene.page.evaluate(() => localStorage.setItem('Doorward.language', 'he'));
    await scene.page.goto(paths.account);
    await expect(scene.page.getByRole('heading', { level: 1, name: saysIn('he', 'Account'), exact: true })).toBeVisible();
  }],
];
