// Every text in the person's language: the browser's, or the one they choose; one language is fetched, and only when it is not English.
import type { BrowserContext, Page } from '@playwright/test';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/lib.mjs';
import { sections } from './support/account';
import { expectAccessible } from './support/axe';
import { prefer } from './support/factors';
import { expect, test } from './support/fixtures';
import { EMAIL, OTHER_PASSWORD, PASSWORD, appStarted, button, calls, field, heading, hold, paths, record, says, saysIn, signIn, signedIn, storage, stored } from './support/pages';

const FOLDER = join(ROOT, 'src/i18n/languages');
const LANGUAGES = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const aboutItself = (tag: string): { name: string; direction: string } => JSON.parse(readFileSync(join(FOLDER, `${tag}.json`), 'utf8')).language;
const isTexts = (url: string) => /\/assets\/[a-z]{2}(-\w+)?-[^/]+\.json$/.test(url);
/** What a browser says of its person's languages. */
const reads = (page: Page | BrowserContext, ...tags: string[]) => page.addInitScript((tags) => {
  Object.defineProperty(navigator, 'languages', { get: () => tags });
  Object.defineProperty(navigator, 'language', { get: () => tags[0] });
}, tags);
const chooser = (page: Page) => page.locator('#language');
const html = (page: Page) => page.locator('html');
const title = (page: Page, tag: string, key: string, ...values: string[]) =>
  page.getByRole('heading', { level: 1, name: saysIn(tag, key, values), exact: true });

test('a browser in German shows German before and after the code comes, and fetches one language', async ({ page }) => {
  await reads(page, 'de-AT', 'en');
  const requests = record(page);
  const release = await hold(page, /\/assets\/app-[^/]*\.js$/);
  await page.goto(paths.login, { waitUntil: 'commit' });
  await expect(title(page, 'de', 'LoginTitle')).toBeVisible();
  await expect(page).toHaveTitle(`${saysIn('de', 'LoginTitle')} · Doorward`);
  await expect(html(page)).toHaveAttribute('lang', 'de');
  const main = page.getByRole('main'), before = await main.ariaSnapshot();
  await field(page, saysIn('de', 'Email')).fill(EMAIL);
  release();
  await appStarted(page);
  await expect(field(page, saysIn('de', 'Email'))).toHaveValue(EMAIL);
  expect((await main.ariaSnapshot()).replace(`: ${EMAIL}`, '')).toBe(before);
  expect(requests.map((request) => request.url()).filter(isTexts)).toHaveLength(1);
});

test('a browser in English fetches no texts, and a language that there is none of is English', async ({ page }) => {
  await reads(page, 'tlh', 'en-GB', 'de');
  const requests = record(page);
  await page.goto(paths.login);
  await appStarted(page);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(html(page)).toHaveAttribute('lang', 'en');
  expect(requests.map((request) => request.url()).filter(isTexts)).toEqual([]);
});

test('a language is chosen at the end of the page: what was typed stays, focus too, and it is there next time', async ({ page }) => {
  await page.goto(paths.signUp);
  await appStarted(page);
  await field(page, 'Email').fill(EMAIL);
  await field(page, 'Password').fill('half a pass');
  await chooser(page).click();
  await button(page, 'Français').click();
  await expect(title(page, 'fr', 'SignUpTitle')).toBeVisible();
  await expect(html(page)).toHaveAttribute('lang', 'fr');
  await expect(page).toHaveTitle(`${saysIn('fr', 'SignUpTitle')} · Doorward`);
  await expect(field(page, saysIn('fr', 'Email'))).toHaveValue(EMAIL);
  await expect(field(page, saysIn('fr', 'Password'))).toHaveValue('half a pass');
  await expect(button(page, 'Français')).toBeFocused();
  await expect(button(page, 'Français')).toHaveAttribute('aria-current', 'true');
  await expectAccessible(page);
  await page.goto(paths.login);
  await expect(title(page, 'fr', 'LoginTitle')).toBeVisible();
  await appStarted(page);
  // And back to English, without a request.
  await chooser(page).click();
  await button(page, 'English').click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
});

test('in the middle of a sign-in the language changes and nothing else: the same code finishes it', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await prefer(pool, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
  await signIn(page);
  await expect(heading(page, 'StepCodeTitle')).toBeVisible();
  const code = await pool.latestCode(EMAIL, { purpose: 'mfa' }), begun = await calls(pool, 'InitiateAuth');
  await field(page, 'Verification code').fill(code.slice(0, 3));
  await chooser(page).click();
  await button(page, 'Deutsch').click();
  await expect(title(page, 'de', 'StepCodeTitle')).toBeVisible();
  await expect(field(page, saysIn('de', 'Code'))).toHaveValue(code.slice(0, 3));
  await field(page, saysIn('de', 'Code')).fill(code);
  await expect(title(page, 'de', 'Greeting', EMAIL)).toBeVisible();
  expect(await calls(pool, 'InitiateAuth')).toBe(begun);
});

test('a session and its page survive a change of language, also where nothing is stored', async ({ page, pool }) => {
  await signedIn(page, pool, { attributes: { given_name: 'Ada' } });
  await chooser(page).click();
  await button(page, 'Español').click();
  await expect(title(page, 'es', 'Greeting', 'Ada')).toBeVisible();
  await expect(button(page, saysIn('es', 'SignOut'))).toBeVisible();
  expect((await storage(page))['Doorward.language']).toBe('es');
});

test('in the account centre the section stays, and focus too', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(paths.accountContact);
  await page.getByRole('region', { name: says('Email'), exact: true }).getByRole('button', { name: says('ContactChange'), exact: true }).click();
  await chooser(page).click();
  await button(page, 'Español').click();
  await expect(title(page, 'es', 'ContactTitle')).toBeVisible();
  await expect(page).toHaveURL(paths.accountContact);
  await expect(page).toHaveTitle(`${saysIn('es', 'ContactTitle')} · Doorward`);
  await expect(button(page, 'Español')).toBeFocused();
  await expect(page.getByRole('navigation', { name: saysIn('es', 'AccountSections') }).getByRole('link', { name: saysIn('es', 'ContactTitle') }))
    .toHaveAttribute('aria-current', 'page');
  await expectAccessible(page);
  await page.goto(sections.sessions);
  await expect(title(page, 'es', 'SessionsTitle')).toBeVisible();
  await chooser(page).click();
  await button(page, 'English').click();
  await expect(heading(page, 'SessionsTitle')).toBeVisible();
  await expect(page.getByRole('region', { name: says('SessionsList') }).getByRole('listitem')).toHaveCount(1);
  await expect(page).toHaveURL(sections.sessions);
});

test('errors are in the language too, and the server\'s words nowhere', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await stored(page, { 'Doorward.language': 'sv' });
  await page.goto(paths.login);
  await field(page, saysIn('sv', 'Email')).fill('ada');
  await button(page, saysIn('sv', 'SignIn')).click();
  await expect(field(page, saysIn('sv', 'Email'))).toHaveAccessibleDescription(saysIn('sv', 'EmailWrong'));
  await field(page, saysIn('sv', 'Email')).fill(EMAIL);
  await field(page, saysIn('sv', 'Password')).fill(OTHER_PASSWORD);
  await button(page, saysIn('sv', 'SignIn')).click();
  await expect(page.getByRole('alert')).toContainText(saysIn('sv', 'ErrWrongPassword'));
});

test('numbers are in the form that the language has for them, before and after the code comes', async ({ page }) => {
  await stored(page, { 'Doorward.language': 'pl' });
  const release = await hold(page, /\/assets\/app-[^/]*\.js$/);
  await page.goto(paths.signUp, { waitUntil: 'commit' });
  await expect(page.getByText(saysIn('pl', 'RuleLength', ['8'], 'many'))).toBeVisible();
  release();
  await appStarted(page);
  await expect(page.getByText(saysIn('pl', 'RuleLength', ['8'], 'many'))).toBeVisible();
});

test('times are written as the language writes them', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.evaluate(() => localStorage.setItem('Doorward.language', 'de'));
  await page.reload();
  const [before, after] = saysIn('de', 'SessionRenews', ['#']).split('#');
  const sentence = await page.getByText(before!).first().innerText();
  expect(sentence.slice(before!.length, sentence.length - after!.length)).toMatch(/^\d\d:\d\d$/);
});

test('a language that does not arrive at the start is English, and the app works', async ({ page, expectProblem }) => {
  expectProblem(/Failed to load resource/);
  await reads(page, 'it');
  await page.route(isTextsRoute, (route) => route.abort());
  await page.goto(paths.login);
  await appStarted(page);
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(html(page)).toHaveAttribute('lang', 'en');
});
const isTextsRoute = /\/assets\/[a-z]{2}(-\w+)?-[^/]+\.json$/;

test('a language that does not arrive when it is chosen changes nothing and says so', async ({ page, expectProblem }) => {
  expectProblem(/Failed to load resource/);
  await page.goto(paths.login);
  await appStarted(page);
  await field(page, 'Email').fill(EMAIL);
  await chooser(page).click();
  await page.route(isTextsRoute, (route) => route.abort());
  await button(page, 'Italiano').click();
  const alert = page.getByRole('alert').filter({ hasText: says('LanguageMissing') });
  await expect(alert).toBeFocused();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await page.unroute(isTextsRoute);
  await button(page, 'Italiano').click();
  await expect(title(page, 'it', 'LoginTitle')).toBeVisible();
  await expect(field(page, saysIn('it', 'Email'))).toHaveValue(EMAIL);
});

test('every language draws its pages in its direction, and fits a small phone', async ({ page }) => {
  test.slow();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(paths.login);
  for (const tag of LANGUAGES) {
    await page.evaluate((tag) => localStorage.setItem('Doorward.language', tag), tag);
    for (const [path, key] of [[paths.login, 'LoginTitle'], [paths.signUp, 'SignUpTitle']] as const) {
      await page.goto(path);
      await expect(title(page, tag, key)).toBeVisible();
      await appStarted(page);
      expect(await html(page).evaluate((root) => getComputedStyle(root).direction)).toBe(aboutItself(tag).direction);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `${tag} ${path} scrolls sideways`).toBeLessThanOrEqual(320);
    }
  }
});

test('right to left: nothing is wrong for axe, and the page is mirrored', async ({ page }) => {
  await stored(page, { 'Doorward.language': 'ar' });
  await page.goto(paths.login);
  await appStarted(page);
  await expect(title(page, 'ar', 'LoginTitle')).toBeVisible();
  await expectAccessible(page);
  const brand = await page.locator('.brand').boundingBox();
  expect(brand!.x).toBeGreaterThan(640);
});
