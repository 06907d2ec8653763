// Before the app is there, when parts of it do not come, and when it breaks.
import { expect, shippedConfig, test } from './support/fixtures';
import {
  EMAIL, PASSWORD, agentName, appStarted, button, calls, expectProblemShown, expectSignedOutStorage, field, fillSignIn, greeting, heading, hold, message,
  paths, record, says, signIn, signedIn, storage, stored,
} from './support/pages';

const user = { email: EMAIL, password: PASSWORD };
const APP = /\/assets\/app-[^/]*\.js$/, MAIN = /\/assets\/main-[^/]*\.wasm$/, ACCOUNT = /\/assets\/account-[^/]*\.wasm$/;
const LATER = /\/assets\/(?!main-)[^/]*\.wasm$/;
/** Said on the console, for developers: by the browser, by the loader of the parts. */
const NO_RESOURCE = /Failed to load resource/, NO_PART = /Failed to fetch/;

test('the form is there before the code, and what is typed stays when the code comes', async ({ page }) => {
  const release = await hold(page, APP);
  await page.goto(paths.signUp, { waitUntil: 'commit' });
  await expect(heading(page, 'SignUpTitle')).toBeVisible();
  await expect(page).toHaveTitle(`${says('SignUpTitle')} · Doorward`);
  await field(page, 'Email').fill(EMAIL);
  await agentName(page).fill('007');
  await field(page, 'Password').fill('half a pass');
  await field(page, 'Password').evaluate((input: HTMLInputElement) => input.setSelectionRange(2, 5));
  release();
  // The live rules are the app's work: they tell that it has taken over.
  await expect(page.getByRole('listitem').filter({ hasText: says('RuleLowercase') })).toContainText(says('RuleMet'));
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(agentName(page)).toHaveValue('007');
  await expect(field(page, 'Password')).toHaveValue('half a pass');
  await expect(field(page, 'Password')).toBeFocused();
  expect(await field(page, 'Password').evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([2, 5]);
});

for (const path of [paths.login, paths.signUp, paths.verify, paths.forgot]) {
  test(`${path} looks the same before and after the code comes`, async ({ page }) => {
    const release = await hold(page, APP);
    await page.goto(path, { waitUntil: 'commit' });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const main = page.getByRole('main'), before = await main.ariaSnapshot(), place = await page.getByRole('heading', { level: 1 }).boundingBox();
    const title = await page.title();
    release();
    await appStarted(page);
    await expect.poll(() => main.ariaSnapshot()).toBe(before);
    expect(await page.getByRole('heading', { level: 1 }).boundingBox()).toEqual(place);
    expect(await page.title()).toBe(title);
  });
}

test('a submit before the code is there waits for it; the password is never part of an address', async ({ page, pool }) => {
  await pool.createUser(user);
  const requests = record(page);
  const release = await hold(page, APP);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(button(page, 'Sign in')).toHaveAttribute('aria-busy', 'true');
  expect(await calls(pool, 'InitiateAuth')).toBe(0);
  await button(page, 'Sign in').click();
  release();
  await expect(greeting(page)).toBeVisible();
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
  expect(requests.filter((request) => request.isNavigationRequest()).length).toBe(1);
  for (const request of requests) {
    expect(request.url()).not.toContain(PASSWORD);
    expect(request.url()).not.toMatch(/[?&](email|password)=/);
  }
});

test('Enter before the code is there counts as well, and a wrong form is told about when it comes', async ({ page }) => {
  const release = await hold(page, APP);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await field(page, 'Email').fill(EMAIL);
  await field(page, 'Email').press('Enter');
  release();
  await expect(field(page, 'Password')).toHaveAccessibleDescription(says('PasswordMissing'));
  await expect(field(page, 'Password')).toBeFocused();
});

test('a remembered address is filled in before the code comes', async ({ page }) => {
  await stored(page, { User_Email: EMAIL });
  const release = await hold(page, APP);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  release();
  await appStarted(page);
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('what was typed over a remembered address is not overwritten when the code comes', async ({ page }) => {
  await stored(page, { User_Email: EMAIL });
  const release = await hold(page, MAIN);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await field(page, 'Email').fill('bob@example.com');
  await field(page, 'Password').fill('x');
  release();
  await appStarted(page);
  await expect(field(page, 'Email')).toHaveValue('bob@example.com');
  await expect(field(page, 'Password')).toHaveValue('x');
  await expect(field(page, 'Password')).toBeFocused();
});

test('a page that is to be loaded shows that it is coming', async ({ page }) => {
  const release = await hold(page, APP);
  await page.goto(paths.profile, { waitUntil: 'commit' });
  await expect(page.getByRole('status').filter({ hasText: says('Loading') })).toBeVisible();
  await expect(field(page, 'Password')).toHaveCount(0);
  release();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('when it takes long a way to load again is offered, and the page still starts', async ({ page }) => {
  await page.clock.install();
  const release = await hold(page, MAIN);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await page.clock.runFor(9000);
  const slow = page.getByRole('status').filter({ hasText: says('BootSlow') });
  await expect(slow).toBeVisible();
  await expect(slow.getByRole('link', { name: 'Load the page again' })).toHaveAttribute('href', new RegExp(`${paths.login}$`));
  release();
  await expect(slow).toBeHidden();
  await appStarted(page);
});

for (const [what, url] of [['script', APP], ['main module', MAIN]] as const) {
  test(`without the ${what} the page says that it could not be loaded, with a way to try again`, async ({ page, expectProblem }) => {
    expectProblem(/Failed to load resource|Failed to fetch|ERR_FAILED/);
    await page.route(url, (route) => route.abort());
    await page.goto(`${paths.login}?next=/`);
    const notice = page.getByRole('alert').filter({ hasText: 'could not be loaded' });
    await expect(notice).toBeVisible();
    const again = notice.getByRole('link', { name: 'Try again' });
    await expect(again).toBeFocused();
    await page.unroute(url);
    await again.click();
    await appStarted(page);
    await expect(page).toHaveURL(`${paths.login}?next=/`);
    await expect(notice).toBeHidden();
  });
}

test('a main module that arrives damaged is not run', async ({ page, expectProblem }) => {
  expectProblem(/integrity|Failed to fetch|digest/i);
  await page.route(MAIN, async (route) => {
    const response = await route.fetch(), body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.goto(paths.login);
  await expect(page.getByRole('alert').filter({ hasText: 'could not be loaded' })).toBeVisible();
});

test('a later part that does not come can be tried again: on the way to a page', async ({ page, expectProblem }) => {
  expectProblem(NO_RESOURCE);
  expectProblem(NO_PART);
  await page.goto(paths.login);
  await appStarted(page);
  await page.route(LATER, (route) => route.abort());
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expectProblemShown(page, 'ChunkMissing');
  await expect(page).toHaveURL(paths.forgot);
  await button(page, says('TryAgain')).click();
  await expect(page.getByRole('alert').filter({ hasText: says('ChunkMissing') })).toBeVisible();
  await page.unroute(LATER);
  await button(page, says('TryAgain')).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
});

test('a later part that does not come can be tried again: at the first page', async ({ page, expectProblem }) => {
  expectProblem(NO_RESOURCE);
  expectProblem(NO_PART);
  await page.route(LATER, (route) => route.abort());
  await page.goto('/no/such/page');
  await expect(page.getByRole('alert').filter({ hasText: says('ChunkMissing') })).toBeVisible();
  await page.unroute(LATER);
  await button(page, says('TryAgain')).click();
  await expect(heading(page, 'NotFoundTitle')).toBeVisible();
});

test('a later part that does not come can be tried again: at sign-in, nothing typed is lost', async ({ page, pool, expectProblem }) => {
  expectProblem(NO_RESOURCE);
  expectProblem(NO_PART);
  await pool.createUser(user);
  await page.route(ACCOUNT, (route) => route.abort());
  await signIn(page);
  await expectProblemShown(page, 'ChunkMissing');
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(field(page, 'Password')).toHaveValue(PASSWORD);
  await page.unroute(ACCOUNT);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
});

test('a later part that does not come can be tried again: when a session is to be restored', async ({ page, pool, expectProblem }) => {
  expectProblem(NO_RESOURCE);
  expectProblem(NO_PART);
  await signedIn(page, pool);
  const before = await storage(page);
  await page.route(ACCOUNT, (route) => route.abort());
  await page.reload();
  await expect(page.getByRole('alert').filter({ hasText: says('ChunkMissing') })).toBeVisible();
  await expect(field(page, 'Password')).toHaveCount(0);
  expect(await storage(page)).toEqual(before);
  await page.unroute(ACCOUNT);
  await button(page, says('TryAgain')).click();
  await expect(greeting(page)).toBeVisible();
});

test('signing out needs no later part: nobody is kept signed in by a download that fails', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.route(LATER, (route) => route.abort());
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expectSignedOutStorage(page);
});

test('a later part that arrives damaged is not run, and can be tried again', async ({ page, expectProblem }) => {
  expectProblem(/integrity|digest/i);
  expectProblem(NO_PART);
  const damaged = /\/assets\/page-verify-[^/]*\.wasm$/;
  await page.route(damaged, async (route) => {
    const response = await route.fetch(), body = await response.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.goto(paths.verify);
  await expect(page.getByRole('alert').filter({ hasText: says('ChunkMissing') })).toBeVisible();
  await page.unroute(damaged);
  await button(page, says('TryAgain')).click();
  await expect(heading(page, 'VerifyTitle')).toBeVisible();
});

test('when the app breaks, the page says so and offers to load again', async ({ page, expectProblem }) => {
  expectProblem(/unreachable/);
  await page.goto(paths.login);
  await appStarted(page);
  // A trap, as a panic is one: (func (export "f") unreachable).
  await page.evaluate(async () => {
    const code = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
    const { instance } = await WebAssembly.instantiate(new Uint8Array(code));
    setTimeout(instance.exports.f as () => void);
  });
  const notice = page.getByRole('alert').filter({ hasText: 'Something went wrong on this page' });
  await expect(notice).toBeVisible();
  const again = notice.getByRole('link', { name: 'Load the page again' });
  await expect(again).toBeFocused();
  await again.click();
  await appStarted(page);
  await expect(notice).toBeHidden();
});

test('a trap in something that was awaited is told about as well', async ({ page, expectProblem }) => {
  expectProblem(/unreachable/);
  await page.goto(paths.login);
  await appStarted(page);
  await page.evaluate(() => void Promise.reject(new WebAssembly.RuntimeError('unreachable')));
  await expect(page.getByRole('alert').filter({ hasText: 'Something went wrong on this page' })).toBeVisible();
});

test('errors that are not the app breaking show no banner', async ({ page }) => {
  await page.goto(paths.login);
  await appStarted(page);
  await page.evaluate(() => dispatchEvent(new ErrorEvent('error', { error: new Error('of an extension') })));
  await expect(page.getByRole('alert')).toHaveCount(0);
});

for (const path of [paths.home, paths.login]) {
  test(`without JavaScript ${path} says that it needs it, and no form can be sent`, async ({ browser, site }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: site.origin });
    const page = await context.newPage(), requests = record(page);
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'This site needs JavaScript' })).toBeVisible();
    if (path === paths.login) {
      const blocked = page.waitForEvent('console', (line) => /form-action 'none'/.test(line.text()));
      await field(page, 'Password').fill(PASSWORD);
      await field(page, 'Password').press('Enter', { noWaitAfter: true });
      await blocked;
      expect(page.url()).toBe(site.origin + paths.login);
      for (const request of requests) expect(`${request.url()} ${request.postData() ?? ''}`).not.toContain(PASSWORD);
    }
    await context.close();
  });
}

test('the policy is in force: a script that somebody puts into the page does not run', async ({ page, expectProblem }) => {
  expectProblem(/\[csp\] script-src/);
  expectProblem(/Content Security Policy/);
  await page.goto(paths.login);
  await appStarted(page);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.evil = true';
    document.body.append(script);
  });
  expect(await page.evaluate(() => 'evil' in window)).toBe(false);
});

test('every page works from a cold address, with a slash at its end as well', async ({ page, pool }) => {
  for (const [path, key] of [[paths.login, 'LoginTitle'], [paths.signUp, 'SignUpTitle'], [paths.verify, 'VerifyTitle'], [paths.forgot, 'ForgotTitle'], [paths.signOut, 'SignedOutTitle']] as const) {
    for (const end of ['', '/']) {
      await page.goto(path + end);
      await appStarted(page);
      await expect(heading(page, key)).toBeVisible();
    }
  }
  expect(await pool.requests()).toEqual([]);
});

test('a browser that denies storage can still sign in, for as long as the page is open', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError'); } }));
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await button(page, 'Sign out').click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
});

test('storage that is full does not keep anybody out', async ({ page, pool }) => {
  await pool.createUser(user);
  await page.addInitScript(() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; });
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
});

test('going from page to page loads no part twice', async ({ page, site }) => {
  const from = site.requests.length;
  await page.goto(paths.login);
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  await page.getByRole('link', { name: says('BackToSignIn') }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  const assets = site.requests.slice(from).map((request) => request.path).filter((path) => path.startsWith('/assets/'));
  expect(assets.filter((path, i) => assets.indexOf(path) !== i)).toEqual([]);
  await expect(message(page, 'CodeSent')).toHaveCount(0);
});

test('a script that somebody else puts into the page may fail without harm', async ({ page, expectProblem }) => {
  expectProblem(/\[csp\] script-src-elem blocked https:\/\/beacon\.invalid|Content Security Policy|Failed to load resource/);
  await page.goto(paths.login);
  await appStarted(page);
  const failed = page.evaluate(() => new Promise<void>((resolve) => {
    const script = document.createElement('script');
    script.src = 'https://beacon.invalid/beacon.js';
    script.onerror = () => resolve();
    document.head.append(script);
  }));
  await failed;
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('what was typed before the code came waits until its page can be loaded', async ({ page, expectProblem }) => {
  expectProblem(NO_RESOURCE);
  expectProblem(NO_PART);
  const release = await hold(page, APP);
  await page.route(LATER, (route) => route.abort());
  await page.goto(paths.signUp, { waitUntil: 'commit' });
  await field(page, 'Email').fill(EMAIL);
  await agentName(page).fill('007');
  release();
  await expect(page.getByRole('alert').filter({ hasText: says('ChunkMissing') })).toBeVisible();
  await page.unroute(LATER);
  await button(page, says('TryAgain')).click();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await expect(agentName(page)).toHaveValue('007');
});

test('an address that was cleared before the code came stays cleared', async ({ page }) => {
  await stored(page, { User_Email: EMAIL });
  const release = await hold(page, APP);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
  await field(page, 'Email').fill('');
  release();
  await appStarted(page);
  await expect(field(page, 'Email')).toHaveValue('');
});

test('a page that arrives after the person has gone elsewhere stays away', async ({ page }) => {
  await page.goto(paths.login);
  await appStarted(page);
  const release = await hold(page, /\/assets\/page-home-[^/]*\.wasm$/);
  await page.getByRole('banner').getByRole('link', { name: 'Doorward' }).click();
  await expect(page).toHaveURL(paths.home);
  await page.getByRole('banner').getByRole('link', { name: says('SignInLink') }).click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  const arrived = page.waitForResponse(/page-home-/);
  release();
  await (await arrived).finished();
  await expect(page).toHaveTitle(`${says('LoginTitle')} · Doorward`);
  await expect(heading(page, 'HomeTitle')).toHaveCount(0);
});

test('signing out at its own address can be tried again when the part for it does not come', async ({ page, pool, expectProblem }) => {
  expectProblem(NO_RESOURCE);
  expectProblem(NO_PART);
  await signedIn(page, pool);
  await page.route(ACCOUNT, (route) => route.abort());
  await page.goto(paths.signOut);
  await expect(page.getByRole('alert').filter({ hasText: says('ChunkMissing') })).toBeVisible();
  await page.unroute(ACCOUNT);
  await button(page, says('TryAgain')).click();
  await expect(heading(page, 'SignedOutTitle')).toBeVisible();
  await expectSignedOutStorage(page);
});

test('what was typed stays where the configuration asks for less than when the site was built', async ({ page }) => {
  const config = shippedConfig();
  config.doorward.attributes = [];
  await page.route('**/config.json', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(config) }));
  const release = await hold(page, APP);
  await page.goto(paths.signUp, { waitUntil: 'commit' });
  await field(page, 'Email').fill(EMAIL);
  await agentName(page).fill('007');
  release();
  await appStarted(page);
  await expect(agentName(page)).toHaveCount(0);
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});
