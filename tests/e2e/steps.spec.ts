// What a sign-in can ask beyond name and password, each question against the dev pool.
import type { Page } from '@playwright/test';
import { callPool } from './support/account';
import { expect, test } from './support/fixtures';
import { accessToken, prefer, totp, withAuthenticator, wrongCode } from './support/factors';
import type { Pool } from './support/pool';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, button, calls, configure, expectFieldProblem, expectProblemShown, field, greeting, heading, hold,
  message, paths, rfc6238, says, signIn, storage, stored,
} from './support/pages';

const user = { email: EMAIL, password: PASSWORD };
const PHONE = '+491701234567';
const code = (page: Page) => field(page, says('Code'));
const passwordless = { auth: { passwordless: { email_otp_enabled: true, sms_otp_enabled: true } } };

// ---------------------------------------------------------------------------------------------- second factors
test('an authenticator app: its code is asked for, corrected, and taken without a button', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(heading(page, 'StepCodeTitle')).toBeVisible();
  await expect(page.getByText(says('StepCodeApp'))).toBeVisible();
  await expect(code(page)).toBeFocused();
  await expect(code(page)).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(code(page)).toHaveAttribute('inputmode', 'numeric');
  await code(page).fill(wrongCode(await totp(pool)));
  await expectFieldProblem(code(page), 'ErrTotpMismatch');
  await code(page).fill(await totp(pool));
  await expect(greeting(page)).toBeVisible();
});

test('a code by email as second factor says where it went', async ({ page, pool }) => {
  await pool.createUser(user);
  await prefer(pool, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
  await signIn(page);
  await expect(page.getByText(says('StepCodeEmail', 'a***@e***'))).toBeVisible();
  await code(page).pressSequentially(await pool.latestCode(EMAIL, { purpose: 'mfa' }));
  await expect(greeting(page)).toBeVisible();
});

test('a code by text message as second factor, pasted', async ({ page, pool, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await pool.createUser({ ...user, attributes: { phone_number: PHONE } });
  await prefer(pool, { SMSMfaSettings: { Enabled: true } });
  await signIn(page);
  await expect(page.getByText(says('StepCodeSms', '+********4567'))).toBeVisible();
  const sent = await pool.latestCode(PHONE, { purpose: 'mfa' });
  await page.evaluate((text) => navigator.clipboard.writeText(text), ` ${sent.slice(0, 3)} ${sent.slice(3)} `);
  await code(page).press('ControlOrMeta+v');
  await expect(greeting(page)).toBeVisible();
  // Typed, pasted and submitted by itself: one answer.
  expect((await pool.requests('RespondToAuthChallenge')).filter((request) => request.challenge === 'SMS_MFA')).toHaveLength(1);
});

test('of several second factors one is chosen, by keyboard', async ({ page, pool }) => {
  await pool.createUser(user);
  await prefer(pool, { EmailMfaSettings: { Enabled: true } });
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(heading(page, 'ChooseMfaTitle')).toBeFocused();
  await expect(button(page, says('TextMeACode'))).toHaveCount(0);
  await button(page, says('UseApp')).focus();
  await page.keyboard.press('Enter');
  await code(page).fill(await totp(pool));
  await expect(greeting(page)).toBeVisible();
});

test('an authenticator app is set up on the way in', async ({ page, pool, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await pool.createUser(user);
  await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['SOFTWARE_TOKEN'] } });
  await signIn(page);
  await expect(heading(page, 'SetUpTitle')).toBeVisible();
  await button(page, says('SetUpApp')).click();
  await expect(heading(page, 'ScanTitle')).toBeVisible();
  await expect(page.getByRole('img', { name: says('ScanPicture') })).toBeVisible();
  await button(page, says('Copy')).click();
  await expect(page.getByText(says('Copied'))).toBeVisible();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  expect(secret).toMatch(/^[A-Z2-7]{52}$/);
  await expect(page.getByText(secret.match(/.{1,4}/g)!.join(' '))).toBeVisible();
  const field_ = field(page, says('TotpCode'));
  await field_.fill('12345');
  await button(page, says('Continue')).click();
  await expectFieldProblem(field_, 'TotpMalformed');
  await field_.fill(wrongCode(await rfc6238(secret)));
  await button(page, says('Continue')).click();
  await expectFieldProblem(field_, 'ErrEnableTotp');
  await field_.fill(await rfc6238(secret));
  await field(page, says('AppName')).fill('My phone');
  await button(page, says('Continue')).click();
  await expect(greeting(page)).toBeVisible();
  expect((await pool.user(EMAIL)).mfa.enabled).toEqual(['SOFTWARE_TOKEN']);
});

test('an email address is set up on the way in', async ({ page, pool }) => {
  await pool.changeSettings({
    username_attributes: ['phone_number'], auto_verified_attributes: ['phone_number'],
    schema: [{ name: 'email' }, { name: 'phone_number' }], mfa: { configuration: 'ON', methods: ['EMAIL', 'SOFTWARE_TOKEN'] },
  });
  await pool.createUser({ email: PHONE, password: PASSWORD });
  await configure(page, { auth: { username_attributes: ['phone_number'] } });
  await page.goto(paths.login);
  await field(page, says('Phone')).fill(PHONE);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  // A mistyped address is not in the way.
  await button(page, says('SetUpEmail')).click();
  await field(page, 'Email').fill('ada@exmaple.com');
  await button(page, says('SendCode')).click();
  await expect(code(page)).toBeFocused();
  await button(page, says('StartOver')).click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await button(page, says('SetUpEmail')).click();
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('SendCode')).click();
  await code(page).fill(await pool.latestCode(EMAIL, { purpose: 'mfa' }));
  await expect(greeting(page)).toBeVisible();
});

// ------------------------------------------------------------------------------- without a password, and a choice
for (const [name, label, to] of [['email', 'EmailMeACode', EMAIL], ['text message', 'TextMeACode', PHONE]] as const) {
  test(`a code by ${name} opens the account without a password, and is sent again after a rest`, async ({ page, pool }) => {
    await page.clock.install();
    await pool.createUser({ ...user, attributes: { phone_number: PHONE } });
    await configure(page, passwordless);
    await page.goto(paths.login);
    await button(page, says(label)).click();
    await expectFieldProblem(field(page, 'Email'), 'EmailMissing');
    await field(page, 'Email').fill(EMAIL);
    await button(page, says(label)).click();
    await expect(code(page)).toBeFocused();
    const first = (await pool.messages(to)).at(-1)!;
    const again = page.getByRole('button', { name: new RegExp(`^${says('ResendCode')}`) });
    await expect(again).toHaveAttribute('aria-disabled', 'true');
    await page.clock.runFor(31_000);
    await expect(again).toHaveAccessibleName(says('ResendCode'));
    await again.click();
    await expect(message(page, 'NewCodeSent')).toBeVisible();
    const sent = await pool.latestCode(to, { purpose: 'sign_in', after: first.id });
    // Cognito's codes in place of a password have eight digits. A pause after the sixth hands nothing in.
    expect(sent).toMatch(/^\d{8}$/);
    await code(page).pressSequentially(sent.slice(0, 6));
    await page.clock.runFor(2000);
    expect(await calls(pool, 'RespondToAuthChallenge')).toBe(0);
    await code(page).pressSequentially(sent.slice(6));
    await expect(greeting(page)).toBeVisible();
  });
}

test('somebody unknown is asked for a code as everybody is', async ({ page, pool }) => {
  await configure(page, passwordless);
  await page.goto(paths.login);
  await field(page, 'Email').fill('nobody@example.com');
  await button(page, says('EmailMeACode')).click();
  await expect(page.getByText(says('StepCodeEmail', 'n***@e***'))).toBeVisible();
  await code(page).fill('12345678');
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
});

test('a pool that lets people choose: by name alone, then a password', async ({ page, pool }) => {
  await pool.createUser(user);
  await configure(page, { doorward: { flow: 'choice' } });
  await page.goto(paths.login);
  await expect(field(page, 'Password')).toHaveCount(0);
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('Continue')).click();
  await expect(heading(page, 'ChooseFactorTitle')).toBeVisible();
  await expect(button(page, says('UsePasskey'))).toHaveCount(0);
  await button(page, says('UsePassword')).click();
  await field(page, 'Password').fill(OTHER_PASSWORD);
  await button(page, 'Sign in').click();
  await expectProblemShown(page, 'ErrWrongPassword');
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('Continue')).click();
  await button(page, says('UsePassword')).click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  expect(JSON.stringify(await pool.requests())).not.toContain('"PASSWORD"');
});

test('a way that the account does not have leads to those that it has', async ({ page, pool }) => {
  await pool.createUser(user);
  await configure(page, passwordless);
  await page.goto(paths.login);
  await field(page, 'Email').fill(EMAIL);
  const release = await hold(page, `${pool.origin}/`);
  await button(page, says('TextMeACode')).click();
  await expect(button(page, says('TextMeACode'))).toHaveAttribute('aria-busy', 'true');
  release();
  await expect(page.getByText(says('ChooseFactorOtherwise'))).toBeVisible();
  await expect(page.getByText(says('SigningInAs', EMAIL))).toBeVisible();
  await button(page, says('EmailMeACode')).click();
  await code(page).fill(await pool.latestCode(EMAIL, { purpose: 'sign_in' }));
  await expect(greeting(page)).toBeVisible();
});

test('other ways whose part of the page does not load can be tried again', async ({ page, pool, expectProblem }) => {
  expectProblem(/Failed to (load resource|fetch)/);
  await pool.createUser(user);
  await configure(page, passwordless);
  await page.route(/\/assets\/page-ways-/, (route) => route.abort());
  await page.goto(paths.login);
  await expect(button(page, says('TryAgain'))).toBeVisible();
  await page.unroute(/\/assets\/page-ways-/);
  await button(page, says('TryAgain')).click();
  await expect(button(page, says('EmailMeACode'))).toBeVisible();
});

test('a temporary password asks for what the pool requires and does not have', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, temporary_password: 'Temporary-1' });
  await pool.changeSettings({ schema: [{ name: 'email', required: true }, { name: 'given_name', required: true }, { name: 'birthdate', required: true }] });
  await signIn(page, { password: 'Temporary-1' });
  await expect(heading(page, 'NewPasswordTitle')).toBeVisible();
  await expect(page.getByRole('timer')).toBeVisible();
  await field(page, says('NewPassword')).fill(PASSWORD);
  await button(page, says('SetPassword')).click();
  await expectFieldProblem(field(page, says('AttributeGivenName')), 'FieldRequired');
  await field(page, says('AttributeGivenName')).fill('Ada');
  await field(page, says('AttributeBirthdate')).fill('1815-12-10');
  await button(page, says('SetPassword')).click();
  await expect(greeting(page, 'Ada')).toBeVisible();
  expect((await pool.user(EMAIL)).attributes).toMatchObject({ given_name: 'Ada', birthdate: '1815-12-10' });
});

test('answers that are not right are told so as far as the pool tells it, and the last one as a refusal', async ({ page, pool }) => {
  await pool.createUser(user);
  await configure(page, { doorward: { flow: 'custom' } });
  await page.goto(paths.login);
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('Continue')).click();
  await expect(page.getByText(says('StepCustomLead'))).toBeVisible();
  for (const again of [true, true, false]) {
    const question = page.getByRole('blockquote'), before = await question.innerText();
    await field(page, says('Answer')).fill('no idea');
    await button(page, says('Continue')).click();
    if (!again) break;
    await expect(question).not.toHaveText(before);
    await expect(page.getByText(says('StepCustomAgain'))).toBeVisible();
  }
  await expectProblemShown(page, 'ErrRefused');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('USER_PASSWORD_AUTH by configuration', async ({ page, pool }) => {
  await pool.createUser(user);
  await configure(page, { doorward: { flow: 'password' } });
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  expect((await pool.requests('InitiateAuth')).at(-1)?.auth_flow).toBe('USER_PASSWORD_AUTH');
});

for (const flow of ['custom', 'custom_srp']) {
  test(`questions of the pool's own (${flow}), shown as text and answered`, async ({ page, pool }) => {
    await pool.createUser(user);
    await configure(page, { doorward: { flow } });
    await page.goto(paths.login);
    await field(page, 'Email').fill(EMAIL);
    if (flow === 'custom_srp') await field(page, 'Password').fill(PASSWORD);
    await button(page, says(flow === 'custom' ? 'Continue' : 'SignIn')).click();
    const question = page.getByRole('blockquote');
    await expect(question).toContainText('What is');
    const answer = async (text: string) => {
      await field(page, says('Answer')).fill(text);
      await button(page, says('Continue')).click();
    };
    const sum = async () => String((await question.innerText()).match(/\d+/g)!.map(Number).reduce((a, b) => a + b));
    const before = await question.innerText();
    await answer('no idea');
    await expect(question).not.toHaveText(before);
    await answer(await sum());
    await expect(question).toContainText('a***@e***');
    await answer(await pool.latestCode(EMAIL, { purpose: 'custom_challenge' }));
    await expect(question).toContainText('Which pool');
    await answer('Doorward1');
    await expect(greeting(page)).toBeVisible();
  });
}

// ------------------------------------------------------------------------------------------------------- passkeys
/** An authenticator in the browser, with a passkey of Ada's. Browsers have passkeys for host names, not for addresses. */
async function withPasskey(page: Page, pool: Pool, site: { origin: string }) {
  const origin = site.origin.replace('127.0.0.1', 'localhost');
  await pool.createUser(user);
  const { cdp, authenticatorId } = await withAuthenticator(page);
  await configure(page, { auth: { passwordless: { web_authn: { relying_party_id: 'localhost' } } } });
  await page.goto(`${origin}/`);
  const AccessToken = await accessToken(pool);
  const { CredentialCreationOptions } = await callPool(pool, 'StartWebAuthnRegistration', { AccessToken });
  const Credential = await page.evaluate(async (options: any) => {
    const bytes = (text: string) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const text = (buffer: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    const publicKey = { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: [] };
    const made: any = await navigator.credentials.create({ publicKey });
    return {
      id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {}, authenticatorAttachment: made.authenticatorAttachment,
      response: { attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON), transports: made.response.getTransports() },
    };
  }, CredentialCreationOptions);
  await callPool(pool, 'CompleteWebAuthnRegistration', { AccessToken, Credential });
  const present = (enabled: boolean) => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  return { origin, cdp, authenticatorId, present };
}

test('a passkey opens the account', async ({ page, pool, site }) => {
  const { origin } = await withPasskey(page, pool, site);
  await page.goto(`${origin}${paths.login}`);
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('UsePasskey')).click();
  await expect(greeting(page)).toBeVisible();
});

test('a passkey stands for both factors where the pool takes it so', async ({ page, pool, site }) => {
  const { origin } = await withPasskey(page, pool, site);
  await pool.changeSettings({ web_authn: { user_verification: 'required', factor_configuration: 'MULTI_FACTOR_WITH_USER_VERIFICATION' } });
  await prefer(pool, { EmailMfaSettings: { Enabled: true }, WebAuthnMfaSettings: { Enabled: true } });
  await page.goto(`${origin}${paths.login}`);
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('UsePasskey')).click();
  await expect(greeting(page)).toBeVisible();
});

test('a passkey that is offered ends with its form', async ({ page, pool, site }) => {
  const { origin, present } = await withPasskey(page, pool, site);
  await page.evaluate((email) => localStorage.setItem('User_Email', email), EMAIL);
  await page.addInitScript(() => {
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => {
      options?.signal?.addEventListener('abort', () => { (window as any).ended = options.mediation; });
      return get(options);
    };
  });
  await present(false);
  const before = await calls(pool, 'InitiateAuth');
  await page.goto(`${origin}${paths.login}`);
  await expect.poll(() => calls(pool, 'InitiateAuth')).toBe(before + 1);
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  await expect.poll(() => page.evaluate(() => (window as any).ended)).toBe('conditional');
});

test('a passkey that is not used leads back to the choice', async ({ page, pool, site }) => {
  const { origin, cdp, authenticatorId } = await withPasskey(page, pool, site);
  await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
  await page.goto(`${origin}${paths.login}`);
  await field(page, 'Email').fill(EMAIL);
  await button(page, says('UsePasskey')).click();
  await expect(heading(page, 'StepPasskeyTitle')).toBeVisible();
  // The live region of the frame says it as well.
  await expect(page.getByRole('main').getByText(says('PasskeyCancelled'))).toBeVisible();
  await button(page, says('StartOver')).click();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('for a remembered name the browser itself offers the passkey', async ({ page, pool, site }) => {
  const { origin } = await withPasskey(page, pool, site);
  await page.evaluate((email) => localStorage.setItem('User_Email', email), EMAIL);
  await page.goto(`${origin}${paths.login}`);
  await expect(greeting(page)).toBeVisible();
});

test('a passkey that the browser offers is in nobody\'s way', async ({ page, pool, site }) => {
  const { origin, present } = await withPasskey(page, pool, site);
  await page.evaluate((email) => localStorage.setItem('User_Email', email), EMAIL);
  const offered = async () => {
    const before = await calls(pool, 'InitiateAuth');
    await present(false);
    await page.goto(`${origin}${paths.login}`);
    await expect.poll(() => calls(pool, 'InitiateAuth')).toBe(before + 1);
    await expect(field(page, 'Email')).toHaveAttribute('autocomplete', 'username webauthn');
    await expect(heading(page, 'LoginTitle')).toBeVisible();
  };
  // The dialog takes its place ...
  await offered();
  await present(true);
  await button(page, says('UsePasskey')).click();
  await expect(greeting(page)).toBeVisible();
  await page.getByRole('button', { name: says('SignOut'), exact: true }).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  // ... and so does a password.
  await offered();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

// -------------------------------------------------------------------------------------------------------- devices
/** Asked for the code of an authenticator app, where a browser can be remembered instead. */
async function whereDevicesCount(page: Page, pool: Pool) {
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await pool.changeSettings({ devices: { mode: 'opt_in' } });
  await configure(page, { doorward: { remember_devices: true } });
  await signIn(page);
}

test('a browser that is remembered stands in for the second factor, until the pool forgets it', async ({ page, pool }) => {
  await whereDevicesCount(page, pool);
  // In the order in which one reads: the code does not go off while there is a box to tick.
  await code(page).fill(await totp(pool));
  await page.getByLabel(says('TrustDevice')).check();
  await button(page, says('Continue')).click();
  await expect(greeting(page)).toBeVisible();
  const again = async () => {
    await page.getByRole('button', { name: says('SignOut'), exact: true }).click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
    await signIn(page);
  };
  await again();
  await expect(greeting(page)).toBeVisible();
  expect((await pool.requests('RespondToAuthChallenge')).map((request) => request.challenge)).toContain('DEVICE_PASSWORD_VERIFIER');
  // Forgotten by the pool: it recovers by itself, and asks for the second factor again.
  const kept = async (name: string) => Object.entries(await storage(page)).find(([key]) => key.endsWith(`.${name}`))?.[1];
  const DeviceKey = await kept('deviceKey');
  await callPool(pool, 'ForgetDevice', { AccessToken: await kept('accessToken'), DeviceKey });
  // The app shows another code by now: each counts once.
  await pool.advanceClock(30);
  await again();
  await code(page).fill(await totp(pool));
  await button(page, says('Continue')).click();
  await expect(greeting(page)).toBeVisible();
  expect(await kept('deviceKey')).not.toBe(DeviceKey);
});

test('a browser that is not remembered is asked again', async ({ page, pool }) => {
  await whereDevicesCount(page, pool);
  await code(page).fill(await totp(pool));
  await button(page, says('Continue')).click();
  await expect(greeting(page)).toBeVisible();
  await page.getByRole('button', { name: says('SignOut'), exact: true }).click();
  await signIn(page);
  await expect(code(page)).toBeVisible();
});

// ------------------------------------------------------------------------------------------------- time, and trouble
test('the time for a step is shown, and its end leads back with the name kept', async ({ page, pool }) => {
  await page.clock.install();
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(page.getByRole('timer')).toHaveText(/[23]:\d\d$/);
  await page.clock.fastForward(155_000);
  await expect(page.getByRole('status').filter({ hasText: says('TimeSoon') })).toHaveCount(1);
  await page.clock.fastForward(30_000);
  await expectProblemShown(page, 'ErrStepExpired');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('a session that the pool has ended leads back with the name kept', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(code(page)).toBeVisible();
  await pool.advanceClock(200);
  await code(page).fill(await totp(pool));
  await expectProblemShown(page, 'ErrStepExpired');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('too many wrong codes lead back', async ({ page, pool }) => {
  await pool.changeSettings({ mfa: { wrong_codes: 2 } });
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await code(page).fill(wrongCode(await totp(pool)));
  await expectFieldProblem(code(page), 'ErrTotpMismatch');
  await code(page).fill('');
  await code(page).fill(wrongCode(await totp(pool)));
  await expectProblemShown(page, 'ErrStepExpired');
});

test('offline in the middle of a step: said, kept, and tried again', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(code(page)).toBeVisible();
  // More than one: browsers try again by themselves where a connection that was open already is cut.
  await pool.fault({ operation: 'RespondToAuthChallenge', kind: 'drop', count: null });
  const shown = await totp(pool);
  await code(page).fill(shown);
  await expectProblemShown(page, 'FaultOffline');
  await pool.clearFaults();
  await expect(code(page)).toHaveValue(shown);
  await button(page, says('Continue')).click();
  await expect(greeting(page)).toBeVisible();
});

test('a step is answered once, however often one presses', async ({ page, pool }) => {
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(code(page)).toBeVisible();
  const before = await calls(pool, 'RespondToAuthChallenge');
  const release = await hold(page, `${pool.origin}/`);
  await code(page).fill(await totp(pool));
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  release();
  await expect(greeting(page)).toBeVisible();
  expect(await calls(pool, 'RespondToAuthChallenge')).toBe(before + 1);
});

test('Back, reload and a second tab in the middle of a step end at the form', async ({ page, pool, context }) => {
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await page.goto(paths.home);
  await signIn(page);
  await expect(code(page)).toBeVisible();
  const second = await context.newPage();
  await second.goto(paths.login);
  await expect(heading(second, 'LoginTitle')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await signIn(page);
  await expect(code(page)).toBeVisible();
  await page.goBack();
  await page.goForward();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('a question that this version does not know is said to be one', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.route(`${pool.origin}/`, async (route) => {
    if (!route.request().headers()['x-amz-target']?.endsWith('RespondToAuthChallenge')) return route.fallback();
    await route.fulfill({
      headers: { 'access-control-allow-origin': '*' }, contentType: 'application/x-amz-json-1.1',
      json: { ChallengeName: 'RETINA_SCAN', Session: 'x'.repeat(30), ChallengeParameters: {} },
    });
  });
  await signIn(page);
  await expect(heading(page, 'UnsupportedTitle')).toBeVisible();
  await expect(page.getByText(says('UnsupportedLead', 'RETINA_SCAN'))).toBeVisible();
});

test('nothing of a step goes into storage or the address', async ({ page, pool }) => {
  await stored(page, {});
  await pool.createUser(user);
  await pool.giveTotp(EMAIL);
  await signIn(page);
  await expect(code(page)).toBeVisible();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
  expect(kept).not.toContain(PASSWORD);
  expect(kept).not.toMatch(/Session|SECRET/);
});
