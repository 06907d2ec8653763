import { expect, test } from './support/fixtures';
import {
  EMAIL, agentName, button, calls, expectProblemShown, expectSignedOutStorage, greeting, heading, hold, message, paths, profile, profileObject,
  says, signIn, signedIn,
} from './support/pages';

test('the greeting is by name, the profile object has plain names and everything the pool knows', async ({ page, pool }) => {
  const { sub } = await signedIn(page, pool, { attributes: { 'custom:agentName': '007', given_name: 'Ada' } });
  await expect.poll(() => profile(page)).toEqual({ sub, email: EMAIL, email_verified: 'true', agentName: '007', given_name: 'Ada' });
  await expect(profileObject(page)).not.toContainText('custom:');
});

test('texts of other people cannot become parts of the page', async ({ page, pool }) => {
  const hostile = '<img src=x onerror=alert(1)>"\'</pre><h1>Hello</h1>';
  await signedIn(page, pool, { attributes: { 'custom:agentName': hostile } });
  await expect(agentName(page)).toHaveValue(hostile);
  await expect.poll(() => profile(page)).toMatchObject({ agentName: hostile });
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page.getByRole('img')).toHaveCount(0);
});

test('nothing is sent when nothing was changed', async ({ page, pool }) => {
  await signedIn(page, pool, { attributes: { 'custom:agentName': '007' } });
  await expect(agentName(page)).toHaveValue('007');
  await button(page, 'Save').click();
  await expect(message(page, 'NothingChanged')).toBeVisible();
  expect(await calls(pool, 'UpdateUserAttributes')).toBe(0);
});

test('a name can be changed again and again, and emptied', async ({ page, pool }) => {
  await signedIn(page, pool);
  for (const name of ['007', 'Zoë ✓', '']) {
    await agentName(page).fill(name);
    await button(page, 'Save').click();
    await expect.poll(async () => (await pool.user(EMAIL)).attributes['custom:agentName'] ?? '').toBe(name);
    await expect(message(page, 'Saved')).toBeVisible();
    await expect(agentName(page)).toHaveValue(name);
  }
});

test('without a network what was typed stays, and it is saved when the network is back', async ({ page, context, pool }) => {
  await signedIn(page, pool);
  await agentName(page).fill('Q');
  await context.setOffline(true);
  await button(page, 'Save').click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(agentName(page)).toHaveValue('Q');
  await context.setOffline(false);
  await button(page, 'Save').click();
  await expect(message(page, 'Saved')).toBeVisible();
  expect((await pool.user(EMAIL)).attributes['custom:agentName']).toBe('Q');
});

test('while it saves the button says so and cannot be pressed twice', async ({ page, pool, poolOrigin }) => {
  await signedIn(page, pool);
  const release = await hold(page, `${poolOrigin}/`);
  await agentName(page).fill('Q');
  await button(page, 'Save').click();
  const busy = button(page, says('Saving'));
  await expect(busy).toBeDisabled();
  await busy.click({ force: true });
  await agentName(page).press('Enter');
  release();
  await expect(message(page, 'Saved')).toBeVisible();
  expect(await calls(pool, 'UpdateUserAttributes')).toBe(1);
});

test('a token that the pool no longer takes is renewed and the change is saved all the same', async ({ page, pool }) => {
  await signedIn(page, pool);
  // By the pool's clock the access token is over; the browser does not know.
  await pool.advanceClock(3601);
  await agentName(page).fill('Q');
  await button(page, 'Save').click();
  await expect(message(page, 'Saved')).toBeVisible();
  expect(await calls(pool, 'GetTokensFromRefreshToken')).toBe(1);
  expect((await pool.user(EMAIL)).attributes['custom:agentName']).toBe('Q');
});

test('saving after the session was revoked leads to sign-in', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.changeUser(EMAIL, { sign_out: true });
  await agentName(page).fill('Q');
  await button(page, 'Save').click();
  await expect(page).toHaveURL(paths.login);
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await expectSignedOutStorage(page);
});

test('what the pool does not accept is said, and what was typed stays', async ({ page, pool }) => {
  await signedIn(page, pool);
  // AWS's model takes it, the pool's own schema (256 characters) does not.
  const long = 'x'.repeat(300);
  await agentName(page).fill(long);
  await button(page, 'Save').click();
  await expectProblemShown(page, 'ErrInvalidParameter');
  await expect(agentName(page)).toHaveValue(long);
});

test('saved although the profile cannot be read again: that is said, not a failure to save', async ({ page, pool, poolOrigin }) => {
  await signedIn(page, pool);
  // The first look, before it is saved, is answered.
  let looks = 0;
  await page.route(`${poolOrigin}/`, (route) => {
    const look = route.request().headers()['x-amz-target']?.endsWith('.GetUser');
    return look && ++looks > 1 ? route.fulfill({ status: 503, headers: { 'access-control-allow-origin': '*' }, body: 'down' }) : route.continue();
  });
  await agentName(page).fill('Q');
  await button(page, 'Save').click();
  await expect(message(page, 'Saved')).toBeVisible();
  await expect(message(page, 'Stale')).toContainText(says('FaultServerDown'));
  await expect(agentName(page)).toHaveValue('Q');
  expect((await pool.user(EMAIL)).attributes['custom:agentName']).toBe('Q');
});

test('signing in works even if the profile cannot be read: the token stands in for it', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: 'Correct-Horse-7', attributes: { 'custom:agentName': '007' } });
  await pool.fault({ operation: 'GetUser', kind: 'error', name: 'InternalErrorException', count: null });
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await expect(message(page, 'Stale')).toContainText(says('ErrInternal'));
  await expect.poll(() => profile(page)).toMatchObject({ agentName: '007', email: EMAIL });
  await pool.clearFaults();
  await button(page, says('TryAgain')).click();
  await expect(message(page, 'Stale')).toHaveCount(0);
});

test('the page has one heading of the first level and regions with names', async ({ page, pool }) => {
  await signedIn(page, pool);
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  for (const name of ['ProfileTitle', 'ProfileObject', 'SessionTitle']) {
    await expect(page.getByRole('region', { name: says(name), exact: true })).toBeVisible();
    await expect(page.getByRole('heading', { level: 2, name: says(name), exact: true })).toBeVisible();
  }
  await expect(heading(page, 'Greeting', EMAIL)).toBeVisible();
});
