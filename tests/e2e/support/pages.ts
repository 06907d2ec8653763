// What tests do on the pages, in a person's words: fields and buttons by their names, texts by their keys.
import { expect, type BrowserContext, type Locator, type Page, type Request } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/lib.mjs';
import type { Config } from './fixtures';
import type { NewUser, Pool } from './pool';

export const EMAIL = 'ada@example.com';
export const PASSWORD = 'Correct-Horse-7';
export const OTHER_PASSWORD = 'Battery-Staple-8';
/** Nothing on a page may come from the server's own sentences; faults carry this one. */
export const SERVER_ENGLISH = 'Servers own words 4711';

/** The dev pool's app client, and where its sessions are stored. */
export const CLIENT = 'doorwarddevclient1234567890';
export const PREFIX = `CognitoIdentityServiceProvider.${CLIENT}`;

export const paths = {
  home: '/', signUp: '/auth/signup', verify: '/auth/verify_account', login: '/auth/login',
  forgot: '/auth/forgot_password', callback: '/auth/callback', signOut: '/auth/signout', profile: '/authenticated_page',
  awsAccess: '/aws_access', protectedApi: '/protected_api', account: '/account', accountDetails: '/account/profile',
  accountContact: '/account/contact', accountPassword: '/account/password',
  factors: '/account/second_factors', passkeys: '/account/passkeys',
};

const plain = (key: string) => key.replaceAll('_', '').toLowerCase();
type Text = string | Record<string, string>;
type Language = Map<string, Text>;
const read = (tag: string): Language => {
  const { language, ...groups }: Record<string, Record<string, Text>> = JSON.parse(readFileSync(join(ROOT, `src/i18n/languages/${tag}.json`), 'utf8'));
  return new Map(Object.values(groups).flatMap((group) => Object.entries(group)).map(([key, text]) => [plain(key), text]));
};
const LANGUAGES = new Map([['en', read('en')]]);
/** A text of the app in a language by its key in src/i18n/languages, its places filled in; of plural forms the one named. How
 * the key writes its words does not matter. */
export function saysIn(tag: string, key: string, values: string[] = [], form = 'other'): string {
  if (!LANGUAGES.has(tag)) LANGUAGES.set(tag, read(tag));
  const found = LANGUAGES.get(tag)!.get(plain(key)), text = typeof found === 'object' ? found[form] : found;
  if (text === undefined) throw new Error(`src/i18n/languages/${tag}.json has no text ${key}`);
  return text.replaceAll('{}', () => values.shift() ?? '');
}
/** The same in English. */
export const says = (key: string, ...values: string[]): string => saysIn('en', key, values);

export const field = (page: Page, name: string): Locator => page.getByLabel(name, { exact: true });
/** Its label says "(optional)" too. */
export const agentName = (page: Page): Locator => page.getByRole('textbox', { name: 'Agent name', exact: true });
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
export const heading = (page: Page, key: string, ...values: string[]): Locator =>
  page.getByRole('heading', { level: 1, name: says(key, ...values), exact: true });
export const message = (page: Page, key: string, ...values: string[]): Locator =>
  page.getByRole('status').filter({ hasText: says(key, ...values) });
export const greeting = (page: Page, name = EMAIL): Locator => heading(page, 'Greeting', name);

/** The problem above the form: announced, focused, in the app's own words. */
export async function expectProblemShown(page: Page, key: string, ...values: string[]) {
  const alert = page.getByRole('alert').filter({ hasText: says(key, ...values) });
  await expect(alert).toBeVisible();
  await expect(alert).toBeFocused();
  await expect(page.getByText(SERVER_ENGLISH)).toHaveCount(0);
}

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The problem at a field: described (first; at a new password the pool's rules follow), invalid, focused. */
export async function expectFieldProblem(input: Locator, key: string, { focused = true } = {}) {
  await expect(input).toHaveAccessibleDescription(new RegExp(`^${literally(says(key))}( ${literally(says('RulesTitle'))} .*)?$`));
  await expect(input).toHaveAttribute('aria-invalid', 'true');
  if (focused) await expect(input).toBeFocused();
}

/** Waits until the app has taken over from the prerendered page. */
export const appStarted = (page: Page) =>
  expect.poll(() => page.evaluate(() => document.readyState === 'complete' && document.getElementById('prerendered') === null)).toBe(true);

/** Opens a page, begins to use its form, and waits for the parts that come then: what makes calls, and what else is named.
 * After that a network that fails is a call that fails. */
export async function openWithAccount(page: Page, path: string, parts = ['account']) {
  const asked: string[] = [], open = new Set<Request>();
  page.on('request', (request) => {
    if (!request.url().includes('/assets/')) return;
    asked.push(request.url());
    open.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed'] as const) page.on(end, (request) => { open.delete(request); });
  await page.goto(path);
  await field(page, 'Email').focus();
  await expect.poll(() => parts.filter((part) => !asked.some((url) => url.includes(`/assets/${part}-`))), { message: 'parts that are not asked for' }).toEqual([]);
  await expect.poll(() => open.size, { message: 'parts under way' }).toBe(0);
}

export async function fillSignUp(page: Page, { email = EMAIL, password = PASSWORD, confirm = password, agent }: { email?: string; password?: string; confirm?: string; agent?: string } = {}) {
  await field(page, 'Email').fill(email);
  await field(page, 'Password').fill(password);
  await field(page, 'Confirm password').fill(confirm);
  if (agent !== undefined) await agentName(page).fill(agent);
}

export async function fillSignIn(page: Page, { email = EMAIL, password = PASSWORD } = {}) {
  await field(page, 'Email').fill(email);
  await field(page, 'Password').fill(password);
}

export async function signIn(page: Page, { email = EMAIL, password = PASSWORD, path = paths.login } = {}) {
  await page.goto(path);
  await fillSignIn(page, { email, password });
  await button(page, 'Sign in').click();
}

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36';

/** A user of the pool on their page, signed in before the first page was loaded: quicker than by the form, which has its
 * own tests. */
export async function signedIn(page: Page, pool: Pool, user: Partial<NewUser> = {}) {
  const { email = EMAIL, password = PASSWORD } = user;
  const made = await pool.createUser({ email, password, ...user });
  const answer = await fetch(`${pool.origin}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth', 'user-agent': CHROME },
    body: JSON.stringify({ ClientId: CLIENT, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: email, PASSWORD: password } }),
  });
  await keepSession(page, made.username, email, (await answer.json()).AuthenticationResult);
  await page.goto(paths.profile);
  await expect(greeting(page, user.attributes?.given_name ?? email)).toBeVisible();
  // The profile has come as well: nothing is under way any more.
  await expect.poll(async () => (await pool.requests('GetUser')).at(-1)?.status).toBe(200);
  return made;
}

/** Puts a session that the pool has given into storage before the first page of a tab is loaded. */
export async function keepSession(page: Page, username: string, name: string, tokens: { AccessToken: string; IdToken: string; RefreshToken: string }) {
  const mine = `${PREFIX}.${username}`;
  await stored(page, {
    User_Email: name, user_token: tokens.AccessToken, [`${PREFIX}.LastAuthUser`]: username, [`${mine}.clockDrift`]: '0',
    [`${mine}.accessToken`]: tokens.AccessToken, [`${mine}.idToken`]: tokens.IdToken, [`${mine}.refreshToken`]: tokens.RefreshToken,
  });
}

/** Puts texts into storage before the first page of a tab is loaded. */
export const stored = (page: Page, texts: Record<string, string>) => page.addInitScript((texts) => {
  if (sessionStorage.getItem('stored')) return;
  sessionStorage.setItem('stored', 'yes');
  for (const [key, text] of Object.entries(texts)) localStorage.setItem(key, text);
}, texts);
export const storage = (page: Page): Promise<Record<string, string>> => page.evaluate(() => ({ ...localStorage }));
/** The storage of one tab. */
export const tabStorage = (page: Page): Promise<Record<string, string>> => page.evaluate(() => ({ ...sessionStorage }));
/** The keys of a session, without the email address that outlives it. */
export const sessionKeys = (stored: Record<string, string>) =>
  Object.keys(stored).filter((key) => key.startsWith('CognitoIdentityServiceProvider.') || key === 'user_token').sort();

/** Nobody is signed in, and the email address is still known. */
export async function expectSignedOutStorage(page: Page, email = EMAIL) {
  await expect.poll(async () => sessionKeys(await storage(page))).toEqual([]);
  expect((await storage(page)).User_Email).toBe(email);
}

/** The tokens stop being good in so many seconds' time: the pool's clock moves, and the clock of all pages of the context,
 * without letting their timers run. `from` is where the pages' clock stands. */
export async function timePasses(page: Page, pool: Pool, seconds: number, from = Date.now()) {
  await pool.advanceClock(seconds);
  await page.clock.setSystemTime(from + seconds * 1000);
}

/** Until when the person's page says that access is good. It changes when the page has taken in new tokens. */
export const goodUntil = (page: Page): Locator =>
  page.getByText(new RegExp(`^${says('SessionRenews', '#').split('#').map(literally).join('.+')}$`));

/** The profile object on the person's page. */
export const profileObject = (page: Page): Locator => page.getByRole('region', { name: says('ProfileObject'), exact: true });
export async function profile(page: Page): Promise<Record<string, string>> {
  const text = await profileObject(page).innerText();
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
}

/** Whether a request is a call of this operation. */
export const isCall = (request: Request, operation: string) => request.headers()['x-amz-target']?.endsWith(`.${operation}`) ?? false;

/** Holds back every request that fits until the function it gives is called. */
export async function hold(page: Page, url: string | RegExp, fits: (request: Request) => boolean = () => true): Promise<() => void> {
  let release = () => {};
  const gate = new Promise<void>((resolve) => { release = resolve; });
  await page.route(url, async (route) => {
    if (!fits(route.request())) return route.fallback();
    await gate;
    // The page may be gone by then.
    await route.continue().catch(() => {});
  });
  return release;
}

/** All requests of a page from now on. */
export function record(page: Page): Request[] {
  const requests: Request[] = [];
  page.on('request', (request) => { requests.push(request); });
  return requests;
}

/** The calls of an operation that came to an answer or not: how many the pool has seen. */
export const calls = async (pool: Pool, operation: string) => (await pool.requests(operation)).length;

const merge = (into: any, from: any): any => {
  for (const [name, value] of Object.entries(from)) {
    into[name] = value && typeof value === 'object' && !Array.isArray(value) ? merge(into[name] ?? {}, value) : value;
  }
  return into;
};
const laidOver = new WeakMap<Page | BrowserContext, Config>();
/** Lays something over the configuration that the site serves, to a page or to all pages of a context, and over what was laid
 * there before. */
export async function configure(page: Page | BrowserContext, changes: Config) {
  const all: Config = merge(laidOver.get(page) ?? {}, changes);
  laidOver.set(page, all);
  await page.route('**/config.json', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: merge(await answer.json(), all) });
  });
}

/** The code an authenticator app would show, made from the secret that the page shows. */
export async function rfc6238(secret: string): Promise<string> {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
  const step = new DataView(new ArrayBuffer(8));
  step.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000)));
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
  const hash = new DataView(await crypto.subtle.sign('HMAC', hmac, step));
  return String((hash.getUint32(hash.getUint8(19) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
