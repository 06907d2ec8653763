import { expect, test } from './support/fixtures';
import { EMAIL, PASSWORD, button, field, fillSignIn, fillSignUp, greeting, heading, paths, record, says, signIn, signedIn } from './support/pages';

const user = { email: EMAIL, password: PASSWORD };

test('a guarded page asks to sign in first, and comes back with its query', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.goto(`${paths.profile}?x=y&z=1`);
  await expect(page).toHaveURL(`${paths.login}?next=/authenticated_page%3Fx%3Dy%26z%3D1`);
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(`${paths.profile}?x=y&z=1`);
  await expect(greeting(page)).toBeVisible();
});

test('the page that was asked for is remembered through a sign-up, and not beyond it', async ({ page, pool }) => {
  await page.goto(`${paths.profile}?x=y`);
  await page.getByRole('main').getByRole('link', { name: says('CreateAccountLink') }).click();
  await fillSignUp(page);
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  await field(page, says('Code')).fill(await pool.latestCode(EMAIL));
  await expect(page).toHaveURL(paths.login);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(`${paths.profile}?x=y`);
  await button(page, says('SignOut')).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await page.getByRole('banner').getByRole('link', { name: says('SignInLink') }).click();
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  await expect(page).toHaveURL(paths.profile);
});

test('the way back leads past the login page', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.goto(paths.home);
  await expect(heading(page, 'HomeTitle')).toBeVisible();
  await page.goto(paths.profile);
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(paths.home);
  await expect(page.getByText(says('HomeSignedIn', EMAIL))).toBeVisible();
});

for (const path of [paths.login, paths.signUp, paths.verify, paths.forgot]) {
  test(`people who are signed in do not see ${path}`, async ({ page, pool }) => {
    await signedIn(page, pool);
    await page.goto(path);
    await expect(page).toHaveURL(paths.profile);
    await expect(greeting(page)).toBeVisible();
  });
}

for (const next of ['//evil.test', 'https://evil.test', '/\\evil.test', '/\t/evil.test', 'javascript:alert(1)', '/auth/signout', '/x/../auth/signout', '/x/%2e%2e/auth/signout', '/auth/login', 'evil']) {
  test(`next=${JSON.stringify(next)} is not followed`, async ({ page, pool, site }) => {
    await pool.createUser(user);
    const requests = record(page);
    await signIn(page, { path: `${paths.login}?next=${encodeURIComponent(next)}` });
    await expect(greeting(page)).toBeVisible();
    await expect(page).toHaveURL(paths.profile);
    const hosts = new Set(requests.map((request) => new URL(request.url()).hostname));
    expect([...hosts].filter((host) => host !== '127.0.0.1')).toEqual([]);
    expect(new URL(page.url()).origin).toBe(site.origin);
  });
}

test('a trick that is a path of this site after all stays on this site', async ({ page, pool, site }) => {
  await pool.createUser(user);
  await signIn(page, { path: `${paths.login}?next=${encodeURIComponent('/%5Cevil.test')}` });
  await expect(heading(page, 'NotFoundTitle')).toBeVisible();
  expect(new URL(page.url()).origin).toBe(site.origin);
});

test('next= leads to another page of the site', async ({ page, pool }) => {
  await pool.createUser(user);
  await signIn(page, { path: `${paths.login}?next=/` });
  await expect(heading(page, 'HomeTitle')).toBeVisible();
  await expect(page).toHaveURL('/');
});

test('a path that is not ours says so, with a way home', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(heading(page, 'NotFoundTitle')).toBeVisible();
  await page.getByRole('link', { name: says('ToHome') }).click();
  await expect(heading(page, 'HomeTitle')).toBeVisible();
  await expect(page).toHaveURL('/');
});

test('a path that is not ours says so to people who are signed in too', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto('/no/such/page');
  await expect(heading(page, 'NotFoundTitle')).toBeVisible();
  await expect(page).toHaveURL('/no/such/page');
});

test('the header fits whoever looks at it', async ({ page, pool }) => {
  await page.goto(paths.home);
  const header = page.getByRole('navigation', { name: says('Navigation') });
  await expect(header.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await expect(header.getByRole('link', { name: 'Create account' })).toBeVisible();
  await expect(header.getByRole('button', { name: 'Sign out' })).toHaveCount(0);
  await signedIn(page, pool);
  await expect(header.getByRole('link', { name: says('YourPage') })).toBeVisible();
  await expect(header.getByRole('button', { name: 'Sign out' })).toBeVisible();
  await expect(header.getByRole('link', { name: 'Sign in' })).toHaveCount(0);
});

test('opening the sign-out page while signed out just says so', async ({ page, pool }) => {
  await page.goto(paths.signOut);
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  expect(await pool.requests()).toEqual([]);
  await page.getByRole('main').getByRole('link', { name: says('SignInAgain') }).click();
  await expect(field(page, 'Password')).toBeVisible();
});

/** Records in every frame of the page whether a password field could be seen. */
const watchForPasswordFields = () => {
  const seen: string[] = [];
  (window as any).passwordFieldsSeen = seen;
  const look = () => {
    for (const input of document.querySelectorAll('input[type=password]')) {
      if (input.checkVisibility({ visibilityProperty: true, opacityProperty: true })) seen.push(location.pathname);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

for (const path of [paths.profile, paths.login, paths.home]) {
  test(`the login form never flashes up when ${path} is loaded by somebody who is signed in`, async ({ page, pool }) => {
    await signedIn(page, pool);
    await page.addInitScript(watchForPasswordFields);
    await page.goto(path);
    await expect(path === paths.home ? page.getByText(says('HomeSignedIn', EMAIL)) : greeting(page)).toBeVisible();
    await page.reload();
    await expect(path === paths.home ? page.getByText(says('HomeSignedIn', EMAIL)) : greeting(page)).toBeVisible();
    expect(await page.evaluate(() => (window as any).passwordFieldsSeen)).toEqual([]);
  });
}

test('the recorder of flashes does see a login form', async ({ page }) => {
  await page.addInitScript(watchForPasswordFields);
  await page.goto(paths.login);
  await expect.poll(() => page.evaluate(() => (window as any).passwordFieldsSeen.length)).toBeGreaterThan(0);
});
