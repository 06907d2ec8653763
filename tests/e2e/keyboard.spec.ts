// By keyboard, by name: what people who do not use a mouse or eyes meet.
import { expect, test } from './support/fixtures';
import { EMAIL, PASSWORD, appStarted, button, field, greeting, heading, paths, says, signedIn } from './support/pages';
import type { Locator, Page } from '@playwright/test';

/** Presses Tab until something has focus. */
async function tabTo(page: Page, target: Locator, key = 'Tab') {
  for (let presses = 0; presses < 25; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(target).toBeFocused();
}

test('signing in by keyboard alone', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.login);
  await appStarted(page);
  await tabTo(page, field(page, 'Email'));
  await page.keyboard.type(EMAIL);
  await page.keyboard.press('Tab');
  await expect(field(page, 'Password')).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(greeting(page)).toBeVisible();
  await expect(greeting(page)).toBeFocused();
  await tabTo(page, button(page, 'Sign out'), 'Shift+Tab');
  await page.keyboard.press('Space');
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
});

test('signing up and verifying by keyboard alone', async ({ page, pool }) => {
  await page.goto(paths.signUp);
  await appStarted(page);
  await tabTo(page, field(page, 'Email'));
  await page.keyboard.type(EMAIL);
  await tabTo(page, field(page, 'Password'));
  await page.keyboard.type(PASSWORD);
  await tabTo(page, field(page, 'Confirm password'));
  await page.keyboard.type(PASSWORD);
  await tabTo(page, button(page, 'Create account'));
  await page.keyboard.press('Space');
  await expect(heading(page, 'VerifyTitle')).toBeFocused();
  await tabTo(page, field(page, 'Verification code'));
  await page.keyboard.type(await pool.latestCode(EMAIL));
  await expect(heading(page, 'LoginTitle')).toBeFocused();
});

test('the first Tab offers to skip to the content', async ({ page }) => {
  await page.goto(paths.login);
  await appStarted(page);
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: says('SkipToContent') });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await expect(page).toHaveURL(new RegExp(`${paths.login}(#main)?$`));
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('after a change of page focus is on its heading, and its title says where one is', async ({ page }) => {
  await page.goto(paths.home);
  await expect(page).toHaveTitle(`${says('HomeTitle')} · Doorward`);
  const header = page.getByRole('navigation', { name: says('Navigation') });
  await expect(heading(page, 'HomeTitle')).toBeVisible();
  await expect(heading(page, 'HomeTitle')).not.toBeFocused();
  for (const [open, key] of [
    [() => header.getByRole('link', { name: 'Sign in' }).click(), 'LoginTitle'],
    [() => header.getByRole('link', { name: 'Create account' }).click(), 'SignUpTitle'],
    [() => page.goBack(), 'LoginTitle'],
    [() => page.getByRole('link', { name: says('ForgotPasswordLink') }).click(), 'ForgotTitle'],
    [() => page.getByRole('link', { name: says('BackToSignIn') }).click(), 'LoginTitle'],
    [() => page.getByRole('link', { name: 'Doorward' }).click(), 'HomeTitle'],
  ] as const) {
    await open();
    await expect(heading(page, key)).toBeFocused();
    await expect(page).toHaveTitle(`${says(key)} · Doorward`);
  }
});

test('the other titles', async ({ page, pool }) => {
  for (const [path, key] of [[paths.verify, 'VerifyTitle'], [paths.signOut, 'SignedOutTitle'], ['/no/such/page', 'NotFoundTitle']] as const) {
    await page.goto(path);
    await expect(page).toHaveTitle(`${says(key)} · Doorward`);
  }
  await signedIn(page, pool);
  await expect(page).toHaveTitle(`${says('Greeting', EMAIL)} · Doorward`);
});

// The names are a promise to other people's tests, so they stand here in full.
test('the names of fields and buttons: sign-up', async ({ page }) => {
  await page.goto(paths.signUp);
  await appStarted(page);
  const form = page.getByRole('main');
  for (const name of ['Email', 'Agent name']) await expect(form.getByRole('textbox', { name, exact: true })).toBeVisible();
  for (const name of ['Password', 'Confirm password']) await expect(field(page, name)).toHaveAccessibleName(name);
  await expect(form.getByRole('button', { name: 'Create account', exact: true })).toBeVisible();
});

test('the names of fields and buttons: the other pages of signing in', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.login);
  await appStarted(page);
  await expect(field(page, 'Email')).toHaveAccessibleName('Email');
  await expect(field(page, 'Password')).toHaveAccessibleName('Password');
  await expect(button(page, 'Sign in')).toBeVisible();
  await page.goto(paths.verify);
  await appStarted(page);
  await expect(field(page, 'Email')).toHaveAccessibleName('Email');
  await expect(field(page, 'Verification code')).toHaveAccessibleName('Verification code');
  await expect(button(page, 'Verify account')).toBeVisible();
  await expect(button(page, 'Resend code')).toBeVisible();
  await page.goto(paths.forgot);
  await appStarted(page);
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  await expect(field(page, 'Verification code')).toHaveAccessibleName('Verification code');
  await expect(field(page, 'New password')).toHaveAccessibleName('New password');
  await expect(button(page, 'Reset password')).toBeVisible();
  await expect(button(page, 'Resend code')).toBeVisible();
});

test('the names of fields and buttons: the page of who is signed in', async ({ page, pool }) => {
  await signedIn(page, pool);
  await expect(page.getByRole('textbox', { name: 'Agent name', exact: true })).toBeVisible();
  await expect(button(page, 'Save')).toBeVisible();
  await expect(button(page, 'Sign out')).toBeVisible();
});

test('browsers and password managers know what the fields are', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  const is = async (name: string, type: string, autocomplete: RegExp) => {
    await expect(field(page, name)).toHaveAttribute('type', type);
    await expect(field(page, name)).toHaveAttribute('autocomplete', autocomplete);
  };
  await page.goto(paths.login);
  await is('Email', 'email', /\b(username|email)\b/);
  await is('Password', 'password', /\bcurrent-password\b/);
  await page.goto(paths.signUp);
  await is('Password', 'password', /\bnew-password\b/);
  await is('Confirm password', 'password', /\bnew-password\b/);
  await page.goto(paths.verify);
  await is('Verification code', 'text', /\bone-time-code\b/);
  await expect(field(page, 'Verification code')).toHaveAttribute('inputmode', 'numeric');
});

for (const path of [paths.home, paths.login, paths.signUp, paths.verify, paths.forgot, '/no/such/page']) {
  test(`${path} fits a small telephone without scrolling sideways`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await appStarted(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
}
