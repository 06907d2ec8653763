// Sign-up as the configuration wants it: by phone, by user name, without a password, with terms and attributes of every kind;
// and what people do in the middle of it.
import type { Page } from '@playwright/test';
import { expect, test, type Config, type Pool } from './support/fixtures';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, SERVER_ENGLISH, appStarted, button, calls, expectFieldProblem, expectProblemShown, field, fillSignUp,
  greeting, heading, hold, message, openWithAccount, paths, says, signIn, storage, stored,
} from './support/pages';

const PHONE = '+442079460123', MASKED_PHONE = '+********0123', MASKED = 'a***@e***';
const wrong = (code: string) => (code === '000000' ? '111111' : '000000');
const code = (page: Page) => field(page, 'Verification code');
/** The site with members of its configuration replaced. */
const configure = (page: Page, { auth = {}, doorward = {} }: Config) => page.context().route('**/config.json', async (route) => {
  const answer = await route.fetch(), config = await answer.json();
  await route.fulfill({ response: answer, json: { ...config, auth: { ...config.auth, ...auth }, doorward: { ...config.doorward, ...doorward } } });
});
const passwordless = { passwordless: { email_otp_enabled: true, sms_otp_enabled: true } };

const byPhone = async (page: Page, pool: Pool) => {
  await pool.changeSettings({
    schema: [{ name: 'phone_number', required: true }], username_attributes: ['phone_number'], auto_verified_attributes: ['phone_number'],
  });
  await configure(page, { auth: { username_attributes: ['phone_number'], standard_required_attributes: ['phone_number'] }, doorward: { attributes: [] } });
};
const byUserName = async (page: Page, pool: Pool) => {
  await pool.changeSettings({ username_attributes: [], alias_attributes: ['email'] });
  await configure(page, { auth: { username_attributes: [], standard_required_attributes: ['email'] }, doorward: { sign_in_with: 'username', attributes: [] } });
};
async function fillPasswords(page: Page) {
  await field(page, 'Password').fill(PASSWORD);
  await field(page, 'Confirm password').fill(PASSWORD);
}
/** Signs up and stands on the page for the code. */
async function signedUp(page: Page, pool: Pool) {
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expect(message(page, 'CodeSent')).toContainText(says('SentEmail', MASKED));
  return pool.latestCode(EMAIL);
}

// ------------------------------------------------------------------------------------------------ what people sign in with
test('by phone: the number is taken as people write it, and the code goes there', async ({ page, pool }) => {
  await byPhone(page, pool);
  await page.goto(paths.signUp);
  await expect(page.getByLabel('Email')).toHaveCount(0);
  const phone = field(page, 'Phone number');
  await expect(phone).toHaveAttribute('inputmode', 'tel');
  await expect(phone).toHaveAccessibleDescription(says('PhoneHint'));
  await button(page, 'Create account').click();
  await expectFieldProblem(phone, 'PhoneMissing');
  await phone.fill('020 7946 0123');
  await fillPasswords(page);
  await button(page, 'Create account').click();
  await expectFieldProblem(phone, 'PhoneWrong');
  await phone.fill('0044 (0)20 7946-0123');
  await button(page, 'Create account').click();
  await expect(message(page, 'CodeSent')).toContainText(says('SentSms', MASKED_PHONE));
  await expect(page.getByText(/spam folder/)).toHaveCount(0);
  await expect(phone).toHaveValue(PHONE);
  expect((await pool.messages(PHONE)).at(-1)).toMatchObject({ medium: 'SMS', purpose: 'sign_up' });
  await code(page).fill(await pool.latestCode(PHONE));
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  await expect(phone).toHaveValue(PHONE);
  // An address is remembered for whoever reads User_Email as one; this is none.
  expect(await storage(page)).toMatchObject({ User_Name: PHONE });
  expect((await storage(page)).User_Email).toBeUndefined();
  await page.reload();
  await expect(phone).toHaveValue(PHONE);
  await phone.fill('+44 20 7946 0123');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(paths.profile);
});

test('by phone: a code for a new password goes there, too', async ({ page, pool }) => {
  await byPhone(page, pool);
  await pool.createUser({ phone_number: PHONE, password: PASSWORD });
  await page.goto(paths.forgot);
  await field(page, 'Phone number').fill('+44 20 7946 0123');
  await button(page, 'Send code').click();
  await expect(page.getByRole('main').getByText(says('SentSms', MASKED_PHONE))).toBeVisible();
  await field(page, 'New password').fill(OTHER_PASSWORD);
  await code(page).fill(await pool.latestCode(PHONE, { purpose: 'forgot_password' }));
  await expect(message(page, 'NoticePasswordReset')).toBeVisible();
});

test('by user name, with the address as another name', async ({ page, pool }) => {
  await byUserName(page, pool);
  await page.goto(paths.signUp);
  await field(page, 'User name').fill('ada lovelace');
  await field(page, 'Email').fill('ada');
  await fillPasswords(page);
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'User name'), 'UserNameWrong');
  await expectFieldProblem(field(page, 'Email'), 'EmailWrong', { focused: false });
  await field(page, 'User name').fill('Ada.Lovelace');
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Create account').click();
  await expect(message(page, 'CodeSent')).toContainText(says('SentEmail', MASKED));
  await expect(field(page, 'User name')).toHaveValue('Ada.Lovelace');
  await code(page).fill(await pool.latestCode(EMAIL));
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  for (const name of ['Ada.Lovelace', EMAIL]) {
    await page.goto(paths.login);
    await field(page, 'User name').fill(name);
    await field(page, 'Password').fill(PASSWORD);
    await button(page, 'Sign in').click();
    await expect(greeting(page)).toBeVisible();
    await button(page, 'Sign out').click();
    await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  }
  await page.goto(paths.login);
  await expect(field(page, 'User name')).toHaveValue(EMAIL);
});

test('an address that somebody else has confirmed is said, and leads to signing in', async ({ page, pool }) => {
  await byUserName(page, pool);
  await pool.createUser({ username: 'first', password: PASSWORD, attributes: { email: EMAIL } });
  await page.goto(paths.signUp);
  await field(page, 'User name').fill('second');
  await field(page, 'Email').fill(EMAIL);
  await fillPasswords(page);
  await button(page, 'Create account').click();
  await code(page).fill(await pool.latestCode(EMAIL));
  await expectProblemShown(page, 'ErrAliasExists');
  await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('by email or phone number, whichever one has', async ({ page, pool }) => {
  await pool.changeSettings({
    schema: [{ name: 'email' }, { name: 'phone_number' }], username_attributes: ['email', 'phone_number'], auto_verified_attributes: ['email', 'phone_number'],
  });
  await configure(page, { auth: { username_attributes: ['email', 'phone_number'], standard_required_attributes: [] }, doorward: { attributes: [] } });
  for (const [name, sent, to] of [[EMAIL, says('SentEmail', MASKED), EMAIL], ['+44 20 7946 0123', says('SentSms', MASKED_PHONE), PHONE]]) {
    await page.goto(paths.signUp);
    await field(page, 'Email or phone number').fill('ada');
    await fillPasswords(page);
    await button(page, 'Create account').click();
    await expectFieldProblem(field(page, 'Email or phone number'), 'EmailOrPhoneWrong');
    await field(page, 'Email or phone number').fill(name);
    await button(page, 'Create account').click();
    await expect(message(page, 'CodeSent')).toContainText(sent);
    await code(page).fill(await pool.latestCode(to));
    await expect(message(page, 'NoticeVerified')).toBeVisible();
  }
});

// ---------------------------------------------------------------------------------- without a password, and signed in at once
test('without a password: the code of the sign-up signs in, and its session is kept nowhere', async ({ page, pool }) => {
  await configure(page, { auth: passwordless, doorward: { sign_up_password: 'none' } });
  await page.goto(paths.signUp);
  await expect(page.getByLabel('Password')).toHaveCount(0);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Create account').click();
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
  expect(Object.keys(await storage(page))).toEqual(['User_Email']);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await code(page).fill(await pool.latestCode(EMAIL));
  await expect(greeting(page)).toBeVisible();
  await expect(page).toHaveURL(paths.profile);
  expect((await pool.requests('InitiateAuth')).map(({ auth_flow, status }) => [auth_flow, status])).toEqual([['USER_AUTH', 200]]);
});

test('without a password, if one likes: the fields come and go, and only what is seen is sent', async ({ page, pool }) => {
  await configure(page, { auth: passwordless, doorward: { sign_up_password: 'optional' } });
  await page.goto(paths.signUp);
  await field(page, 'Email').fill(EMAIL);
  await expect(page.getByText(says('WithoutPasswordLead'))).toBeVisible();
  await button(page, says('WithPassword')).click();
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Password'), 'PasswordWeak');
  await fillPasswords(page);
  await button(page, says('WithoutPassword')).click();
  await expect(field(page, 'Password')).toHaveCount(0);
  const sent = page.waitForRequest((request) => request.headers()['x-amz-target']?.endsWith('.SignUp') ?? false);
  await button(page, 'Create account').click();
  expect((await sent).postDataJSON()).not.toHaveProperty('Password');
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
});

test('with a password the code signs in as well, where the configuration knows of choice-based sign-in', async ({ page, pool }) => {
  await configure(page, { auth: passwordless });
  const right = await signedUp(page, pool);
  await code(page).fill(wrong(right));
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
  await code(page).fill(right);
  await expect(greeting(page)).toBeVisible();
});

test('after a reload the code confirms the account', async ({ page, pool }) => {
  const right = await signedUp(page, pool);
  await page.reload();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(message(page, 'CodeSent')).toHaveCount(0);
  await code(page).fill(right);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  await expect(page).toHaveURL(paths.login);
  expect(await calls(pool, 'InitiateAuth')).toBe(0);
});

for (const [what, fault] of [
  ['the pool refuses', { kind: 'error', name: 'NotAuthorizedException', message: SERVER_ENGLISH }],
  ['the connection is cut', { kind: 'drop', count: null }],
] as const) {
  test(`the account is confirmed, but signing in does not work: ${what}`, async ({ page, pool }) => {
    await configure(page, { auth: passwordless });
    const right = await signedUp(page, pool);
    await pool.fault({ operation: 'InitiateAuth', ...fault });
    await code(page).fill(right);
    await expect(page).toHaveURL(paths.login);
    await expect(message(page, 'NoticeVerified')).toBeVisible();
    await expect(field(page, 'Email')).toHaveValue(EMAIL);
  });
}

test('a code that outlives the session of its sign-up counts all the same', async ({ page, pool }) => {
  await configure(page, { auth: passwordless });
  const right = await signedUp(page, pool);
  await pool.advanceClock(3600);
  await code(page).fill(right);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
});

// -------------------------------------------------------------------------------------------------------- attributes and terms
test('attributes have the input that fits them, and are sent as they are meant', async ({ page, pool }) => {
  const names = ['birthdate', 'phone_number', 'website', 'locale', 'zoneinfo', 'custom:size', 'custom:age', 'custom:news', 'custom:since'];
  await pool.changeSettings({ schema: [{ name: 'email', required: true }, ...names.map((name) => ({ name }))] });
  await configure(page, { doorward: { attributes: [
    { name: 'birthdate', sign_up: true }, { name: 'phone_number', sign_up: true }, { name: 'website', sign_up: true },
    { name: 'locale', sign_up: true }, { name: 'zoneinfo', label: 'Time zone', sign_up: true },
    { name: 'custom:size', sign_up: true, required: true, type: 'select', options: ['S', { value: 'l', label: 'Large' }], hint: 'For the shirt.' },
    { name: 'custom:age', sign_up: true, type: 'number', max_length: 3 },
    { name: 'custom:news', label: 'Send me news', sign_up: true, type: 'boolean' },
    { name: 'custom:since', sign_up: true, type: 'date' },
  ] } });
  await page.goto(paths.signUp);
  await appStarted(page);
  await expect(page.getByLabel(says('AttributeBirthdate'))).toHaveAttribute('type', 'date');
  await expect(page.getByLabel(says('AttributeBirthdate'))).toHaveAttribute('autocomplete', 'bday');
  await expect(page.getByLabel('Phone number')).toHaveAttribute('type', 'tel');
  await expect(page.getByLabel('Website')).toHaveAttribute('type', 'url');
  await expect(page.getByLabel(says('AttributeLocale'), { exact: true })).toHaveValue('en-US');
  await expect(page.getByLabel('Time zone')).toHaveValue(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone));
  await expect(field(page, 'Size')).toHaveAccessibleDescription('For the shirt.');
  await fillSignUp(page);
  await page.getByLabel('Phone number').fill('020 7946 0123');
  await page.getByLabel('Website').fill('example.com');
  await page.getByLabel('Age', { exact: true }).fill('old');
  await button(page, 'Create account').click();
  await expectFieldProblem(page.getByLabel('Phone number'), 'PhoneWrong');
  await expectFieldProblem(page.getByLabel('Website'), 'UrlWrong', { focused: false });
  await expectFieldProblem(page.getByLabel('Age', { exact: true }), 'NumberWrong', { focused: false });
  await expectFieldProblem(field(page, 'Size'), 'FieldRequired', { focused: false });
  expect(await calls(pool, 'SignUp')).toBe(0);
  await page.getByLabel('Phone number').fill('+44 20 7946 0123');
  await page.getByLabel('Website').fill('https://example.com');
  await page.getByLabel('Age', { exact: true }).fill('36');
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, 'Size'), 'FieldRequired');
  await field(page, 'Size').selectOption('Large');
  await expect(field(page, 'Size')).not.toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Send me news').check();
  await page.getByLabel(says('AttributeBirthdate')).fill('1815-12-10');
  await button(page, 'Create account').click();
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
  const { attributes } = await pool.user(EMAIL);
  expect(attributes).toMatchObject({
    birthdate: '1815-12-10', phone_number: PHONE, website: 'https://example.com', locale: 'en-US', 'custom:size': 'l', 'custom:age': '36', 'custom:news': 'true',
  });
  expect(attributes).not.toHaveProperty('custom:since');
});

test('terms have to be agreed to, and reading them does not take the form away', async ({ page, pool, context }) => {
  await configure(page, { doorward: { terms: '/terms.html', privacy: 'https://example.test/privacy' } });
  await context.route(/terms\.html|example\.test/, (route) => route.fulfill({ contentType: 'text/html', body: '<title>Small print</title>' }));
  await page.goto(paths.signUp);
  await fillSignUp(page);
  const box = page.getByRole('checkbox', { name: /I agree to the terms of use/ });
  for (const [name, href] of [['terms of use', '/terms.html'], ['privacy policy', 'https://example.test/privacy']]) {
    const link = page.getByRole('main').getByRole('link', { name });
    await expect(link).toHaveAttribute('href', href);
    await expect(link).toHaveAttribute('target', '_blank');
    await expect(link).toHaveAttribute('rel', /\bnoopener\b/);
    const opened = context.waitForEvent('page');
    await link.click();
    await (await opened).close();
  }
  await expect(box).not.toBeChecked();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await button(page, 'Create account').click();
  await expectFieldProblem(box, 'TermsMissing');
  expect(await calls(pool, 'SignUp')).toBe(0);
  await box.check();
  await expect(box).not.toHaveAttribute('aria-invalid', 'true');
  await button(page, 'Create account').click();
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
});

// ----------------------------------------------------------------------------------------------------------------- the fields
test('a password field says that Caps Lock is on, and moves nothing', async ({ page }) => {
  await page.goto(paths.login);
  await appStarted(page);
  const password = field(page, 'Password');
  await password.focus();
  const before = await button(page, 'Sign in').boundingBox();
  // What a keyboard with Caps Lock on sends.
  const type = (key: string, on: boolean) => password.evaluate((input, { key, on }) => {
    const event = new KeyboardEvent('keyup', { key, keyCode: 65, bubbles: true, modifierCapsLock: on });
    input.dispatchEvent(event);
  }, { key, on });
  await type('A', true);
  await expect(password).toHaveAccessibleDescription(says('CapsLock'));
  expect(await button(page, 'Sign in').boundingBox()).toEqual(before);
  await type('a', false);
  await expect(password).toHaveAccessibleDescription('');
  await type('A', true);
  await field(page, 'Email').focus();
  await expect(password).toHaveAccessibleDescription('');
  // Chromium's autofill sends events of this name that are no keys.
  await password.evaluate((input) => input.dispatchEvent(new Event('keyup', { bubbles: true })));
  await expect(password).toHaveAccessibleDescription('');
});

test('a pasted code is handed in once, where focus is', async ({ page, pool, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const right = await signedUp(page, pool);
  const paste = async (text: string) => {
    await page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await code(page).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.press('ControlOrMeta+v');
  };
  const bad = wrong(right);
  await paste(`${bad.slice(0, 3)} ${bad.slice(3)}`);
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
  expect(await calls(pool, 'ConfirmSignUp')).toBe(1);
  await paste(right);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
  expect(await calls(pool, 'ConfirmSignUp')).toBe(2);
});

test('whoever presses the button hands the code in, and nobody else', async ({ page, pool }) => {
  await page.clock.install();
  const right = await signedUp(page, pool);
  await code(page).fill(wrong(right));
  await button(page, 'Verify account').dblclick();
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
  await page.clock.runFor(5_000);
  expect(await calls(pool, 'ConfirmSignUp')).toBe(1);
});

test('a code without a name waits, and focus stays', async ({ page, pool }) => {
  await page.clock.install();
  await page.goto(paths.verify);
  await code(page).fill('123456');
  await page.clock.runFor(5_000);
  await expect(code(page)).toBeFocused();
  await expect(field(page, 'Email')).not.toHaveAttribute('aria-invalid', 'true');
  expect(await calls(pool, 'ConfirmSignUp')).toBe(0);
});

// -------------------------------------------------------------------------------------------------------------- in the middle
test('Back corrects the address, Forward returns to the code', async ({ page, pool }) => {
  const right = await signedUp(page, pool);
  await page.goBack();
  await expect(heading(page, 'SignUpTitle')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await page.goForward();
  await expect(message(page, 'CodeSent')).toContainText(says('SentEmail', MASKED));
  await code(page).fill(right);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
});

test('signing up again for what waits for its code leads to the code', async ({ page, pool }) => {
  const right = await signedUp(page, pool);
  await page.goBack();
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expectProblemShown(page, 'ErrUsernameExists');
  await page.getByRole('alert').getByRole('link', { name: says('VerifyTitle') }).click();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await code(page).fill(right);
  await expect(message(page, 'NoticeVerified')).toBeVisible();
});

test('pressing twice makes one account', async ({ page, pool }) => {
  await pool.fault({ operation: 'SignUp', kind: 'delay', ms: 400 });
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').dblclick();
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
  expect(await calls(pool, 'SignUp')).toBe(1);
});

test('two tabs: what one has confirmed, the other says', async ({ page, pool, context }) => {
  const right = await signedUp(page, pool);
  const other = await context.newPage();
  await other.goto(paths.verify);
  await expect(field(other, 'Email')).toHaveValue(EMAIL);
  await code(other).fill(right);
  await expect(message(other, 'NoticeVerified')).toBeVisible();
  await code(page).fill(right);
  await expectProblemShown(page, 'ErrAlreadyConfirmed');
  await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('two tabs: signed in by the code in one, the other follows', async ({ page, pool, context }) => {
  await configure(page, { auth: passwordless });
  const right = await signedUp(page, pool);
  const other = await context.newPage();
  await other.goto(paths.login);
  await expect(heading(other, 'LoginTitle')).toBeVisible();
  await code(page).fill(right);
  await expect(greeting(page)).toBeVisible();
  await expect(greeting(other)).toBeVisible();
});

test('a tab that was closed in the middle: signing in leads to the code', async ({ page, pool, context }) => {
  const right = await signedUp(page, pool);
  const later = await context.newPage();
  await page.close();
  await signIn(later);
  await expect(message(later, 'NoticeUnconfirmed')).toBeVisible();
  await button(later, 'Resend code').click();
  await expect(message(later, 'NewCodeSent')).toContainText(says('SentEmail', MASKED));
  const newest = await pool.latestCode(EMAIL, { purpose: 'resend_code' });
  await code(later).fill(newest);
  await expect(message(later, 'NoticeVerified')).toBeVisible();
  expect(newest).not.toBe(right);
});

test('whoever leaves while the code is looked at is not signed in behind their back', async ({ page, pool }) => {
  await configure(page, { auth: passwordless });
  const right = await signedUp(page, pool);
  await pool.fault({ operation: 'ConfirmSignUp', kind: 'delay', ms: 500 });
  const answered = page.waitForResponse((response) => response.request().headers()['x-amz-target']?.endsWith('.ConfirmSignUp') ?? false);
  await code(page).fill(right);
  await expect(button(page, says('Verifying'))).toBeVisible();
  await page.getByRole('link', { name: says('BackToSignIn') }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await (await answered).finished();
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  expect((await pool.requests('InitiateAuth')).map(({ auth_flow }) => auth_flow)).toEqual(['USER_SRP_AUTH']);
});

test('where the pool sends no code, nobody is asked for one', async ({ page, pool }) => {
  await pool.changeSettings({ auto_verified_attributes: [] });
  await page.goto(paths.signUp);
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeAwaitsApproval')).toBeVisible();
});

test('what was ticked and chosen before the code came is kept', async ({ page }) => {
  await configure(page, { doorward: { terms: '/terms.html' } });
  const release = await hold(page, /\/assets\/[^/]*\.wasm$/);
  await page.goto(paths.signUp, { waitUntil: 'commit' });
  await field(page, 'Email').fill(EMAIL);
  release();
  await appStarted(page);
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(page.getByRole('checkbox')).not.toBeChecked();
});

// ------------------------------------------------------------------------------------------------------------ sending the code
for (const [name, key] of [
  ['CodeDeliveryFailureException', 'ErrCodeDelivery'], ['LimitExceededException', 'ErrLimitExceeded'], ['TooManyRequestsException', 'ErrTooManyRequests'],
  ['InvalidSmsRoleAccessPolicyException', 'ErrSmsSetup'],
] as const) {
  test(`resending: ${name}`, async ({ page, pool }) => {
    await signedUp(page, pool);
    await pool.fault({ operation: 'ResendConfirmationCode', kind: 'error', name, message: SERVER_ENGLISH });
    await button(page, 'Resend code').click();
    await expectProblemShown(page, key);
    await button(page, 'Resend code').click();
    await expect(message(page, 'NewCodeSent')).toContainText(says('SentEmail', MASKED));
  });
}

test('resending without a network says so, and works when it is back', async ({ page, pool, context }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD, confirmed: false });
  await stored(page, { User_Email: EMAIL });
  await openWithAccount(page, paths.verify);
  await context.setOffline(true);
  await button(page, 'Resend code').click();
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await button(page, 'Resend code').click();
  await expect(message(page, 'NewCodeSent')).toBeVisible();
});
