// /config.json decides which pool the site talks to; what is wrong with it is said in a developer's words.
import { expect, shippedConfig, test, type Config } from './support/fixtures';
import { EMAIL, PASSWORD, button, expectFieldProblem, field, fillSignIn, fillSignUp, greeting, heading, paths, says } from './support/pages';
import type { Page, Route } from '@playwright/test';

const configured = (page: Page, text: string, more: { status?: number; contentType?: string } = {}) =>
  page.route('**/config.json', (route) => route.fulfill({ status: 200, contentType: 'application/json', body: text, ...more }));

async function expectConfigProblem(page: Page, wrong: string, found: string | RegExp, expected: string | RegExp) {
  await expect(heading(page, 'ConfigTitle')).toBeVisible();
  await expect(page).toHaveTitle(new RegExp(says('ConfigTitle')));
  await expect(page.getByRole('term')).toHaveText([says('ConfigField'), says('ConfigFound'), says('ConfigExpected')]);
  await expect(page.getByRole('definition')).toHaveText([wrong, found, expected]);
  await expect(field(page, 'Password')).toHaveCount(0);
}

test('a missing file', async ({ page, expectProblem }) => {
  expectProblem(/Failed to load resource.*404.*config\.json/);
  await configured(page, 'Not found.', { status: 404, contentType: 'text/plain' });
  await page.goto(paths.login);
  await expectConfigProblem(page, '/config.json', says('ConfigHttp', '404'), says('ConfigExpectFile'));
});

for (const [name, answer] of [
  ['a network that fails', (route: Route) => route.abort()],
  ['a server that is down', (route: Route) => route.fulfill({ status: 503, body: 'down' })],
] as const) {
  test(`${name} is not taken for a wrong configuration`, async ({ page, expectProblem }) => {
    expectProblem(/Failed to load resource.*config\.json/);
    await page.route('**/config.json', answer);
    await page.goto(paths.login);
    const notice = page.getByRole('alert').filter({ hasText: 'could not be loaded completely' });
    await expect(notice).toBeVisible();
    await page.unroute('**/config.json');
    await notice.getByRole('link', { name: 'Try again' }).click();
    await expect(heading(page, 'LoginTitle')).toBeVisible();
    await expect(notice).toBeHidden();
  });
}

test('a page instead of the file, as hosts with a fallback answer', async ({ page }) => {
  await configured(page, '<!doctype html><title>Hello</title>', { contentType: 'text/html' });
  await page.goto(paths.login);
  await expectConfigProblem(page, '/config.json', '<!doctype html><title>Hello</title>', says('ConfigExpectFile'));
});

test('an empty file', async ({ page }) => {
  await configured(page, '');
  await page.goto(paths.login);
  await expectConfigProblem(page, '/config.json', says('ConfigNothing'), says('ConfigExpectFile'));
});

/** Changes one field of the shipped configuration; `undefined` takes it out. */
const changed = (path: string, value: unknown) => {
  const config = shippedConfig(), names = path.split('.'), last = names.pop()!;
  const parent = names.reduce((object: Config, name) => (object[name] ??= {}), config);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(config);
};
for (const [path, value, found, expected] of [
  ['auth', undefined, 'nothing', /user pool/],
  ['auth', [], '[]', /user pool/],
  ['auth.user_pool_id', undefined, 'nothing', /user pool id such as us-east-1_/],
  ['auth.user_pool_id', 'Doorward1', '"Doorward1"', /user pool id such as us-east-1_/],
  ['auth.user_pool_id', 5, '5', /user pool id such as us-east-1_/],
  ['auth.aws_region', 'eu-west-1', /^"?eu-west-1"?$/, /region/],
  ['auth.user_pool_client_id', undefined, 'nothing', /app client/],
  ['auth.user_pool_client_id', 'has a space', '"has a space"', /app client/],
  ['auth.identity_pool_id', 'us-east-1:xyz', '"us-east-1:xyz"', /identity pool id/],
  ['auth.password_policy', 'strong', '"strong"', /min_length/],
  ['auth.password_policy.min_length', 3, '3', /6 to 99/],
  ['auth.password_policy.require_symbols', 'yes', '"yes"', /true or false/],
  ['auth.standard_required_attributes', 'email', '"email"', /list/],
  ['doorward.endpoint', 'ftp://example.test', '"ftp://example.test"', /http/],
  ['doorward.endpoint', 'http://example.test', '"http://example.test"', /http/],
  ['doorward.attributes', [{ label: 'x' }], '{"label":"x"}', /custom:agentName/],
  ['doorward.name', 7, '7', /name of your site/],
] as const) {
  test(`${path} = ${JSON.stringify(value)}`, async ({ page }) => {
    await configured(page, changed(path, value));
    await page.goto(paths.signUp);
    await expectConfigProblem(page, path, found, expected);
  });
}

test('what was found is text, whatever it is', async ({ page }) => {
  await configured(page, changed('auth.user_pool_id', '<img src=x onerror=alert(1)>'));
  await page.goto(paths.login);
  await expectConfigProblem(page, 'auth.user_pool_id', '"<img src=x onerror=alert(1)>"', /user pool id/);
  await expect(page.getByRole('img')).toHaveCount(0);
});

test('a pool on this machine, while the page is served from elsewhere', async ({ page, site, request }) => {
  const host = 'https://doorward.test';
  await page.route(`${host}/**`, async (route) => {
    const { pathname, search } = new URL(route.request().url());
    await route.fulfill({ response: await request.get(`${site.origin}${pathname}${search}`) });
  });
  const { doorward } = await (await request.get(`${site.origin}/config.json`)).json();
  await page.goto(host + paths.signUp);
  await expectConfigProblem(page, 'doorward.endpoint', new RegExp(doorward.endpoint), says('ConfigExpectPublic', 'doorward.test'));
});

test('what the sign-in form is drawn without is said as soon as somebody uses it', async ({ page }) => {
  await configured(page, changed('auth.aws_region', 'eu-west-1'));
  await page.goto(paths.login);
  await field(page, 'Password').click();
  await expectConfigProblem(page, 'auth.aws_region', /^"?eu-west-1"?$/, /region/);
  await configured(page, changed('auth.aws_region', 'us-east-1'));
  await page.getByRole('link', { name: says('TryAgain') }).click();
  await expect(field(page, 'Password')).toBeVisible();
});

test('an amplify_outputs.json is a configuration as it is', async ({ page, pool, poolOrigin }) => {
  const { auth } = shippedConfig();
  await configured(page, JSON.stringify({
    version: '1.4',
    auth: {
      user_pool_id: auth.user_pool_id, aws_region: auth.aws_region, user_pool_client_id: auth.user_pool_client_id, identity_pool_id: auth.identity_pool_id,
      mfa_methods: ['TOTP'], mfa_configuration: 'OPTIONAL', standard_required_attributes: ['email', 'given_name'], username_attributes: ['email'],
      user_verification_types: ['email'], groups: [], unauthenticated_identities_enabled: true,
      password_policy: { min_length: 12, require_lowercase: true, require_uppercase: true, require_numbers: false, require_symbols: false },
    },
    data: { url: 'https://example.test/graphql' },
  }));
  // AWS's own endpoint of the region, answered by the dev pool.
  const calls: string[] = [];
  await page.route('https://cognito-idp.us-east-1.amazonaws.com/**', async (route) => {
    calls.push(route.request().headers()['x-amz-target'] ?? '');
    await route.fulfill({ response: await route.fetch({ url: `${poolOrigin}/` }) });
  });
  await page.goto(paths.signUp);
  await expect(field(page, says('AttributeGivenName'))).toBeVisible();
  await expect(page.getByLabel('Agent name')).toHaveCount(0);
  await expect(page.getByRole('listitem')).toHaveCount(3);
  await fillSignUp(page, { password: 'longenoughA1!' });
  await button(page, 'Create account').click();
  await expectFieldProblem(field(page, says('AttributeGivenName')), 'FieldRequired');
  await field(page, says('AttributeGivenName')).fill('Ada');
  await button(page, 'Create account').click();
  await expect(page).toHaveURL(paths.verify);
  expect((await pool.user(EMAIL)).attributes.given_name).toBe('Ada');
  await pool.createUser({ email: 'bob@example.com', password: PASSWORD });
  await page.goto(paths.login);
  await fillSignIn(page, { email: 'bob@example.com' });
  await button(page, 'Sign in').click();
  await expect(greeting(page, 'bob@example.com')).toBeVisible();
  expect(calls).toContain('AWSCognitoIdentityProviderService.RespondToAuthChallenge');
});

test("the site's own name is used", async ({ page, site, request }) => {
  const config = await (await request.get(`${site.origin}/config.json`)).json();
  config.doorward.name = 'Ministry of Doors';
  await configured(page, JSON.stringify(config));
  await page.goto(paths.home);
  await expect(heading(page, 'HomeTitle')).toBeVisible();
  await expect(page).toHaveTitle('Welcome · Ministry of Doors');
  await expect(page.getByRole('link', { name: 'Ministry of Doors' })).toBeVisible();
});
