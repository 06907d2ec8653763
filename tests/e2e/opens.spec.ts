// What a session opens: AWS by the identity pool, and a server that trusts the pool.
import { expect, test, type Pool } from './support/fixtures';
import {
  EMAIL, PASSWORD, button, configure, field, fillSignIn, greeting, heading, message, paths, says, signedIn, storage, tabStorage,
  timePasses,
} from './support/pages';
import type { Page, Request } from '@playwright/test';

const ACCOUNT = '123456789012';
const role = (name: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/CognitoIdentityCredentials`;

const answers = async (pool: Pool, operation: string) => (await pool.requests(operation)).map((call) => call.status);
/** A value of the lists of facts, by its name. */
const fact = (page: Page, key: string) => page.locator('dt', { hasText: new RegExp(`^${says(key)}$`) }).locator('xpath=following-sibling::dd[1]');
const alert = (page: Page, key: string) => page.getByRole('alert').filter({ hasText: says(key) });

/** What the identity pool gives a page from now on, the latest last. */
function given(page: Page) {
  const all: { IdentityId: string; Credentials: { AccessKeyId: string; SecretKey: string; SessionToken: string } }[] = [];
  page.on('response', async (response) => {
    const call = response.request();
    if (call.headers()['x-amz-target']?.endsWith('.GetCredentialsForIdentity') && response.ok()) all.push(await response.json());
  });
  return all;
}

// ------------------------------------------------------------------------------------------------------------- AWS
test('whoever is signed in gets AWS credentials, and AWS knows them', async ({ page, pool }) => {
  await signedIn(page, pool);
  const all = given(page);
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  await expect(page).toHaveURL(paths.awsAccess);
  await expect(heading(page, 'AwsTitle')).toBeVisible();
  await expect(fact(page, 'AwsIdentity')).toHaveText(/^us-east-1:[0-9a-f-]{36}$/);
  await expect(fact(page, 'AwsKind')).toHaveText(says('AwsKindUser'));
  await expect(fact(page, 'AwsEnds')).toHaveText(/\d:\d\d/);
  await expect.poll(() => all.map(({ IdentityId }) => IdentityId)).toEqual([await fact(page, 'AwsIdentity').innerText()]);
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsAccount')).toHaveText(ACCOUNT);
  await expect(fact(page, 'AwsArn')).toHaveText(role('DoorwardAuthenticated'));
  await expect(fact(page, 'AwsUserId')).not.toBeEmpty();
  await button(page, says('AwsCall')).click();
  await expect.poll(() => answers(pool, 'GetCallerIdentity')).toEqual([200, 200]);
  // The credentials are fetched once, also when one comes back.
  await page.getByRole('link', { name: says('YourPage'), exact: true }).click();
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  await expect(fact(page, 'AwsIdentity')).toHaveText(all[0].IdentityId);
  expect(await answers(pool, 'GetId')).toEqual([200]);
  expect(await answers(pool, 'GetCredentialsForIdentity')).toEqual([200]);
});

test('the secret parts of the credentials are on the wire and nowhere else', async ({ page, pool }) => {
  await signedIn(page, pool);
  const all = given(page), requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  await page.goto(paths.awsAccess);
  await expect(fact(page, 'AwsIdentity')).toBeVisible();
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsAccount')).toHaveText(ACCOUNT);
  const [{ Credentials: { SecretKey, SessionToken } }] = all;
  expect(SecretKey.length * SessionToken.length).toBeGreaterThan(0);
  const kept = JSON.stringify([await storage(page), await tabStorage(page), await page.content(), page.url(), await page.context().cookies()]);
  const sent = requests.map((request) => [request.url(), request.postData() ?? '', JSON.stringify(request.headers())].join('\n')).join('\n');
  const urls = requests.map((request) => request.url()).join('\n');
  for (const secret of [SecretKey, SessionToken]) {
    expect(kept.includes(secret), 'kept or shown').toBe(false);
    expect(urls.includes(secret), 'in an address').toBe(false);
  }
  expect(sent.includes(SecretKey), 'the secret key is sent').toBe(false);
});

test('credentials that have ended are replaced before they are used', async ({ page, pool }) => {
  await pool.changeSettings({ identity_pool: { credentials_seconds: 900 } });
  await signedIn(page, pool);
  const all = given(page);
  await page.goto(paths.awsAccess);
  await expect(fact(page, 'AwsIdentity')).toBeVisible();
  await timePasses(page, pool, 901);
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsArn')).toHaveText(role('DoorwardAuthenticated'));
  expect(await answers(pool, 'GetCallerIdentity')).toEqual([200]);
  expect(await answers(pool, 'GetCredentialsForIdentity')).toEqual([200, 200]);
  await expect.poll(() => all.length).toBe(2);
  expect(all[1].IdentityId).toBe(all[0].IdentityId);
  expect(all[1].Credentials.AccessKeyId).not.toBe(all[0].Credentials.AccessKeyId);
});

test('credentials are good as well where the clock of the machine is a day ahead', async ({ page, pool }) => {
  await page.clock.install({ time: Date.now() + 86_400_000 });
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.login);
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  await page.goto(paths.awsAccess);
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsAccount')).toHaveText(ACCOUNT);
  expect(await answers(pool, 'GetCredentialsForIdentity')).toEqual([200]);
});

test('credentials end with the session: the next person gets an identity of their own', async ({ page, pool }) => {
  await pool.createUser({ email: 'bob@example.com', password: PASSWORD });
  await signedIn(page, pool);
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  const identity = await fact(page, 'AwsIdentity').innerText();
  // All on one page: nothing is forgotten by a reload.
  await button(page, 'Sign out').click();
  await page.getByRole('link', { name: says('SignInAgain'), exact: true }).click();
  await fillSignIn(page, { email: 'bob@example.com' });
  await button(page, 'Sign in').click();
  await expect(greeting(page, 'bob@example.com')).toBeVisible();
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  await expect(fact(page, 'AwsIdentity')).toHaveText(/^us-east-1:/);
  await expect(fact(page, 'AwsIdentity')).not.toHaveText(identity);
  expect(await answers(pool, 'GetCredentialsForIdentity')).toEqual([200, 200]);
});

test('credentials on the screen go when somebody signs out in another tab', async ({ page, context, pool }) => {
  await signedIn(page, pool);
  await page.goto(paths.awsAccess);
  await expect(fact(page, 'AwsIdentity')).toBeVisible();
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  await button(other, 'Sign out').click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(fact(page, 'AwsIdentity')).toHaveCount(0);
});

for (const [operation, fault, key] of [
  ['GetId', { kind: 'error', name: 'TooManyRequestsException' }, 'ErrTooManyRequests'],
  ['GetId', { kind: 'drop' }, 'FaultOffline'],
  ['GetCredentialsForIdentity', { kind: 'error', name: 'InternalErrorException' }, 'ErrInternal'],
  ['GetCredentialsForIdentity', { kind: 'garbage' }, 'FaultGarbled'],
  ['GetCredentialsForIdentity', { kind: 'error', name: 'InvalidIdentityPoolConfigurationException' }, 'ErrIdentityPoolSetup'],
] as const) {
  test(`when ${operation} fails (${'name' in fault ? fault.name : fault.kind}) it is said why, and can be tried again`, async ({ page, pool }) => {
    await signedIn(page, pool);
    await pool.fault({ operation, count: null, ...fault });
    await page.goto(paths.awsAccess);
    await expect(alert(page, key)).toBeVisible();
    await expect(fact(page, 'AwsIdentity')).toHaveCount(0);
    await pool.clearFaults();
    await button(page, says('TryAgain')).click();
    await expect(fact(page, 'AwsIdentity')).toHaveText(/^us-east-1:/);
    await expect(alert(page, key)).toHaveCount(0);
  });
}

for (const [fault, key] of [
  [{ kind: 'error', name: 'Throttling' }, 'FaultThrottled'], [{ kind: 'error', name: 'ExpiredToken' }, 'AwsExpired'],
  [{ kind: 'error', name: 'SignatureDoesNotMatch' }, 'AwsRefused'], [{ kind: 'error', name: 'RequestExpired' }, 'AwsClockOff'],
  [{ kind: 'status', status: 503, body: 'down' }, 'FaultServerDown'], [{ kind: 'drop' }, 'FaultOffline'], [{ kind: 'garbage' }, 'FaultGarbled'],
] as const) {
  test(`when AWS fails (${'name' in fault ? fault.name : fault.kind}) it is said why, and can be asked again`, async ({ page, pool }) => {
    await signedIn(page, pool);
    await page.goto(paths.awsAccess);
    await expect(fact(page, 'AwsIdentity')).toBeVisible();
    await pool.fault({ operation: 'GetCallerIdentity', count: null, ...fault });
    await button(page, says('AwsCall')).click();
    await expect(alert(page, key)).toBeVisible();
    await pool.clearFaults();
    await button(page, says('AwsCall')).click();
    await expect(fact(page, 'AwsAccount')).toHaveText(ACCOUNT);
    await expect(alert(page, key)).toHaveCount(0);
  });
}

test('whoever is signed out signs in first, and is led back', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.awsAccess);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  expect(await pool.requests()).toEqual([]);
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL(paths.awsAccess);
  await expect(fact(page, 'AwsKind')).toHaveText(says('AwsKindUser'));
});

test('where there are guests, whoever is signed out gets the credentials of one', async ({ page, pool }) => {
  await pool.changeSettings({ identity_pool: { allow_unauthenticated: true } });
  await configure(page, { auth: { unauthenticated_identities_enabled: true } });
  await page.goto(paths.awsAccess);
  await expect(heading(page, 'AwsTitle')).toBeVisible();
  await expect(page.getByRole('main').getByText(says('AwsGuest'), { exact: true })).toBeVisible();
  await expect(fact(page, 'AwsKind')).toHaveText(says('AwsKindGuest'));
  await expect(fact(page, 'AwsIdentity')).toHaveText(/^us-east-1:/);
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsArn')).toHaveText(role('DoorwardUnauthenticated'));
  expect(await storage(page)).toEqual({});
});

test('a guest who signs in becomes somebody, and a guest again', async ({ page, pool }) => {
  await configure(page, { auth: { unauthenticated_identities_enabled: true } });
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.awsAccess);
  await expect(fact(page, 'AwsKind')).toHaveText(says('AwsKindGuest'));
  await page.getByRole('link', { name: says('SignInLink'), exact: true }).click();
  await fillSignIn(page);
  await button(page, 'Sign in').click();
  await expect(greeting(page)).toBeVisible();
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  await expect(fact(page, 'AwsKind')).toHaveText(says('AwsKindUser'));
  await expect(page.getByRole('main').getByText(says('AwsGuest'), { exact: true })).toHaveCount(0);
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsArn')).toHaveText(role('DoorwardAuthenticated'));
});

test('an identity pool that has no guests after all says so', async ({ page, pool }) => {
  await pool.changeSettings({ identity_pool: { allow_unauthenticated: false } });
  await configure(page, { auth: { unauthenticated_identities_enabled: true } });
  await page.goto(paths.awsAccess);
  await expect(alert(page, 'ErrGuests')).toBeVisible();
});

test('a site without an identity pool says so, and asks nobody', async ({ page, pool }) => {
  await configure(page, { auth: { identity_pool_id: undefined } });
  await signedIn(page, pool);
  await expect(page.getByRole('link', { name: says('AwsTitle'), exact: true })).toHaveCount(0);
  await page.goto(paths.awsAccess);
  await expect(page.getByRole('main').getByText(says('AwsNone'), { exact: true })).toBeVisible();
  expect(await answers(pool, 'GetId')).toEqual([]);
});

// --------------------------------------------------------------------------------------------------- the protected API
const cors = { 'access-control-allow-origin': '*', 'content-type': 'application/json' };
const call = (page: Page) => button(page, says('ApiCall')).click();
const answer = (page: Page) => page.getByRole('region', { name: says('ApiAnswer'), exact: true });

/** Answers calls to the server in its place, as long as there are answers; the rest goes through. Gives the tokens that came. */
async function answered(page: Page, origin: string, statuses: (number | 'down')[]): Promise<string[]> {
  const tokens: string[] = [];
  await page.route(`${origin}/`, async (route) => {
    tokens.push(route.request().headers().authorization);
    const status = statuses.shift();
    if (status === undefined) return route.continue();
    if (status === 'down') return route.abort('connectionrefused');
    await route.fulfill({ status, headers: cors, json: { error: 'made up' } });
  });
  return tokens;
}

test('a server that trusts the pool knows who calls', async ({ page, pool, api }) => {
  const { username } = await signedIn(page, pool);
  await page.getByRole('link', { name: says('ApiTitle'), exact: true }).click();
  await expect(page).toHaveURL(paths.protectedApi);
  const asked = page.waitForRequest(`${api.origin}/`);
  await call(page);
  await expect(answer(page)).toContainText(says('ApiStatus', '200'));
  await expect(answer(page)).toContainText(username);
  expect((await asked).headers().authorization).toBe(`Bearer ${(await storage(page)).user_token}`);
  expect(await answers(pool, 'GetTokensFromRefreshToken')).toEqual([]);
});

test('a token that the server refuses is renewed once, and the call made once more', async ({ page, pool, api, expectProblem }) => {
  expectProblem(/status of 401/);
  const { username } = await signedIn(page, pool);
  await page.goto(paths.protectedApi);
  const tokens = await answered(page, api.origin, [401]), before = (await storage(page)).user_token;
  await call(page);
  await expect(answer(page)).toContainText(username);
  const after = (await storage(page)).user_token;
  expect(after).not.toBe(before);
  expect(tokens).toEqual([`Bearer ${before}`, `Bearer ${after}`]);
  expect(await answers(pool, 'GetTokensFromRefreshToken')).toEqual([200]);
});

test('a token that is over is renewed before the call', async ({ page, pool, api }) => {
  const { username } = await signedIn(page, pool);
  await page.goto(paths.protectedApi);
  const tokens = await answered(page, api.origin, []);
  await timePasses(page, pool, 3601);
  await call(page);
  await expect(answer(page)).toContainText(username);
  expect(tokens).toEqual([`Bearer ${(await storage(page)).user_token}`]);
  expect(await answers(pool, 'GetTokensFromRefreshToken')).toEqual([200]);
});

test('a server that refuses the renewed token as well is not asked again, and nobody is signed out', async ({ page, pool, api, expectProblem }) => {
  expectProblem(/status of 401/);
  await signedIn(page, pool);
  await page.goto(paths.protectedApi);
  const tokens = await answered(page, api.origin, [401, 401]);
  await call(page);
  await expect(alert(page, 'ApiRefused')).toBeVisible();
  await expect(answer(page)).toContainText(says('ApiStatus', '401'));
  expect(tokens).toHaveLength(2);
  expect(await answers(pool, 'GetTokensFromRefreshToken')).toEqual([200]);
  await page.getByRole('link', { name: says('YourPage'), exact: true }).click();
  await expect(greeting(page)).toBeVisible();
});

for (const [status, key, problem] of [[403, 'ApiForbidden', /status of 403/], [500, 'ApiTrouble', /status of 500/], ['down', 'ApiOffline', /ERR_CONNECTION_REFUSED/]] as const) {
  test(`a server that answers ${status} is explained, and can be asked again`, async ({ page, pool, api, expectProblem }) => {
    expectProblem(problem);
    const { username } = await signedIn(page, pool);
    await page.goto(paths.protectedApi);
    const tokens = await answered(page, api.origin, [status]);
    await call(page);
    await expect(alert(page, key)).toBeVisible();
    expect(tokens).toHaveLength(1);
    await call(page);
    await expect(answer(page)).toContainText(username);
    await expect(alert(page, key)).toHaveCount(0);
    expect(await answers(pool, 'GetTokensFromRefreshToken')).toEqual([]);
  });
}

test('a session that turns out to be over at the call ends', async ({ page, pool, api, expectProblem }) => {
  expectProblem(/status of 401/);
  await signedIn(page, pool);
  await page.goto(paths.protectedApi);
  await expect.poll(() => answers(pool, 'GetUser')).toEqual([200, 200]);
  await answered(page, api.origin, [401]);
  await pool.changeUser(EMAIL, { sign_out: true });
  await call(page);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(message(page, 'NoticeSessionEnded')).toBeVisible();
  await expect(field(page, 'Email')).toHaveValue(EMAIL);
});

test('what a server answers is shown as text', async ({ page, pool, api }) => {
  await signedIn(page, pool);
  await page.goto(paths.protectedApi);
  const body = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  await page.route(`${api.origin}/`, (route) => route.fulfill({ status: 200, headers: { ...cors, 'content-type': 'text/html' }, body }));
  await call(page);
  await expect(answer(page)).toContainText(body);
  await expect(answer(page).locator('img, script')).toHaveCount(0);
});

test('whoever is signed out signs in before calling the server', async ({ page, pool, api }) => {
  const tokens = await answered(page, api.origin, []);
  await page.goto(paths.protectedApi);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  expect(tokens).toEqual([]);
  expect(await pool.requests()).toEqual([]);
});

test('a site without such a server says so', async ({ page, pool }) => {
  await signedIn(page, pool);
  await expect(page.getByRole('link', { name: says('ApiTitle'), exact: true })).toHaveCount(0);
  await page.goto(paths.protectedApi);
  await expect(page.getByRole('main').getByText(says('ApiNone'), { exact: true })).toBeVisible();
});
