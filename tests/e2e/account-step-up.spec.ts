// The account centre: sensitive changes ask for a fresh sign-in when the last one is old. How that goes is tried on the deletion
// of an account, which asks for nothing else once the name is entered.
import { BOB, bobComes, openLater, sections, signInElsewhere, signedInByCode } from './support/account';
import { expectAccessible } from './support/axe';
import { withThreePasskeys } from './support/centre';
import { prefer, totp, withAuthenticator, withPasskeys, wrongCode } from './support/factors';
import { expect, poolConfig, redirects, test, withSite, type Pool, type Site } from './support/fixtures';
import {
  EMAIL, OTHER_PASSWORD, PASSWORD, SERVER_ENGLISH, button, calls, configure, expectFieldProblem, expectProblemShown, field, greeting,
  heading, hold, message, paths, says, signedIn, storage, timePasses,
} from './support/pages';
import { pretendProvider } from '../../tools/lib.mjs';
import type { Locator, Page } from '@playwright/test';

const question = (page: Page) => page.getByRole('dialog', { name: says('StepUpTitle'), exact: true });
const change = (page: Page) => page.getByRole('dialog', { name: says('DeleteAskTitle') });
const password = (page: Page) => question(page).getByLabel('Password', { exact: true });
const goOn = (page: Page) => question(page).getByRole('button', { name: says('Continue'), exact: true });
const code = (page: Page) => question(page).getByLabel(says('Code'), { exact: true });
const remove = (page: Page, name = EMAIL) => field(page, says('DeleteConfirm', name));

/** Asks for the change. */
async function ask(page: Page, name = EMAIL) {
  await remove(page, name).fill(name);
  await remove(page, name).press('Enter');
}

/** Ada, who signed in a while ago, and asks for the change. */
async function asked(page: Page, pool: Pool) {
  await signedIn(page, pool);
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await expect(question(page)).toBeVisible();
}

const authTime = async (page: Page) => JSON.parse(atob((await storage(page)).user_token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).auth_time;

test('whoever has just signed in is asked nothing; later the password is, and the change goes on once', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(sections.data);
  await ask(page);
  await expect(change(page)).toBeVisible();
  await button(page, says('Cancel')).click();
  const before = await authTime(page);
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await expect(question(page)).toContainText(says('StepUpLead'));
  await expect(password(page)).toBeFocused();
  await expect(password(page)).toHaveAttribute('autocomplete', 'current-password');
  await expect(question(page).locator('input[autocomplete=username]')).toHaveValue(EMAIL);
  await expectAccessible(page);
  await goOn(page).click();
  await expectFieldProblem(password(page), 'PasswordMissing');
  await password(page).fill(OTHER_PASSWORD);
  await password(page).press('Enter');
  await expectFieldProblem(password(page), 'ErrOldPassword');
  expect(await authTime(page)).toBe(before);
  await password(page).fill(PASSWORD);
  await password(page).press('Enter');
  await expect(change(page)).toBeVisible();
  await expect(question(page)).toHaveCount(0);
  expect(await authTime(page)).toBeGreaterThan(before);
  // The new session took the place of the old one, and is fresh.
  await expect.poll(async () => (await pool.user(EMAIL)).sessions).toBe(1);
  await button(page, says('Cancel')).click();
  await expect(change(page)).toHaveCount(0);
  await ask(page);
  await expect(change(page)).toBeVisible();
  expect(await calls(pool, 'DeleteUser')).toBe(0);
});

test('whoever does not go on has changed nothing, and is where they were', async ({ page, pool }) => {
  await asked(page, pool);
  const before = await storage(page);
  await page.keyboard.press('Escape');
  await expect(question(page)).toHaveCount(0);
  await expect(remove(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(password(page)).toBeFocused();
  await button(page, says('Cancel')).click();
  await expect(question(page)).toHaveCount(0);
  await expect(remove(page)).toBeFocused();
  await expect(remove(page)).toHaveValue(EMAIL);
  await expect(change(page)).toHaveCount(0);
  expect(await storage(page)).toEqual(before);
  expect((await pool.requests()).filter((call) => call.operation === 'DeleteUser' || call.auth_flow === 'USER_SRP_AUTH')).toEqual([]);
});

test('while it is checked the button says so; without a network it can be tried again', async ({ page, pool, poolOrigin, context }) => {
  await asked(page, pool);
  await context.setOffline(true);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(password(page)).toHaveValue(PASSWORD);
  await context.setOffline(false);
  await pool.clearRequests();
  const release = await hold(page, `${poolOrigin}/`);
  await goOn(page).click();
  const busy = question(page).getByRole('button', { name: says('Checking') });
  await expect(busy).toBeDisabled();
  await password(page).press('Enter');
  release();
  await expect(change(page)).toBeVisible();
  expect(await calls(pool, 'InitiateAuth')).toBe(1);
});

test('too many wrong passwords are said without a way that leads nowhere', async ({ page, pool }) => {
  await asked(page, pool);
  await pool.fault({ operation: 'InitiateAuth', kind: 'error', name: 'NotAuthorizedException', message: 'Password attempts exceeded' });
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expectProblemShown(page, 'ErrPasswordAttempts');
  await expect(question(page).getByRole('link')).toHaveCount(0);
  await pool.fault({ operation: 'InitiateAuth', kind: 'error', name: 'PasswordResetRequiredException', message: SERVER_ENGLISH });
  await goOn(page).click();
  await expectProblemShown(page, 'ErrResetRequired');
});

test('a second factor is asked for in the same dialog', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.giveTotp(EMAIL);
  await configure(page, { doorward: { remember_devices: true } });
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(code(page)).toBeFocused();
  await expect(question(page).getByRole('checkbox')).toHaveCount(0);
  await expectAccessible(page);
  await code(page).fill(wrongCode(await totp(pool)));
  await expectFieldProblem(code(page), 'ErrTotpMismatch');
  await expect(page).toHaveTitle(new RegExp(says('DataTitle')));
  await question(page).getByRole('button', { name: says('StartOver') }).click();
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await code(page).fill(await totp(pool));
  await expect(change(page)).toBeVisible();
});

test('a step that took too long begins again, and says so', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.giveTotp(EMAIL);
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(code(page)).toBeVisible();
  await pool.advanceClock(200);
  await code(page).fill(await totp(pool));
  await expectProblemShown(page, 'ErrStepExpired');
  await expect(password(page)).toHaveValue('');
});

test('with choice-based sign-in a code by email will do; what was typed below stays', async ({ page, pool }) => {
  await signedIn(page, pool);
  await configure(page, { doorward: { flow: 'choice' }, auth: { passwordless: { email_otp_enabled: true } } });
  await openLater(page, pool, sections.data, 'DataTitle');
  await ask(page);
  await expect(password(page)).toHaveCount(0);
  await goOn(page).click();
  await question(page).getByRole('button', { name: says('EmailMeACode') }).click();
  await code(page).fill(await pool.latestCode(EMAIL, { purpose: 'sign_in' }));
  await expect(change(page)).toBeVisible();
  await button(page, says('Cancel')).click();
  await expect(remove(page)).toHaveValue(EMAIL);
});

test('beside the password there are the other ways of the site', async ({ page, pool }) => {
  await configure(page, { auth: { passwordless: { email_otp_enabled: true } } });
  await asked(page, pool);
  await question(page).getByRole('button', { name: says('EmailMeACode') }).click();
  await code(page).fill(await pool.latestCode(EMAIL, { purpose: 'sign_in' }));
  await expect(change(page)).toBeVisible();
});

test('somebody else who signs in meanwhile has asked for nothing', async ({ page, pool, context }) => {
  await asked(page, pool);
  await bobComes(context, pool);
  await expect(question(page)).toHaveCount(0);
  await expect(change(page)).toHaveCount(0);
  await expect(remove(page, BOB)).toBeVisible();
});

test('whoever was signed out elsewhere meanwhile has a new session once they have shown who they are', async ({ page, pool }) => {
  await asked(page, pool);
  await pool.changeUser(EMAIL, { sign_out: true });
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(change(page)).toBeVisible();
});

test('the other sessions stay when this one is renewed', async ({ page, pool }) => {
  await asked(page, pool);
  await signInElsewhere(pool);
  await password(page).fill(PASSWORD);
  await goOn(page).click();
  await expect(change(page)).toBeVisible();
  await expect.poll(async () => (await pool.user(EMAIL)).sessions).toBe(2);
});

test('whoever came from a provider signs in there again, and comes back to the same page', async ({ browser, pool, poolOrigin }) => {
  const config = poolConfig(poolOrigin);
  config.auth.oauth = pretendProvider([]);
  await withSite(config, async (site) => {
    const { redirect_sign_in_uri, redirect_sign_out_uri } = redirects(site.origin);
    await pool.changeSettings({ oauth: { callback_urls: redirect_sign_in_uri, logout_urls: redirect_sign_out_uri } });
    const context = await browser.newContext({ baseURL: site.origin }), page = await context.newPage();
    const provider = 'PretendSocial', mira = 'Mira Okafor';
    await page.goto(paths.login);
    await button(page, says('ContinueWith', provider)).click();
    await page.getByRole('button', { name: mira }).click();
    await expect(greeting(page, mira)).toBeVisible();
    await timePasses(page, pool, 700);
    await page.goto(sections.data);
    await expect(page.getByRole('definition')).toContainText(says('LinkedSince', ''));
    await expect(page.getByRole('term')).toHaveText(provider);
    const { email } = await pool.user('pretendsocial_1001');
    await ask(page, email);
    await expect(question(page)).toContainText(says('StepUpAtProvider', provider));
    await expectAccessible(page);
    await question(page).getByRole('button', { name: says('ContinueWith', provider) }).click();
    await page.getByRole('button', { name: mira }).click();
    await expect(heading(page, 'DataTitle')).toBeVisible();
    await expect(page).toHaveURL(sections.data);
    await ask(page, email);
    await expect(change(page)).toBeVisible();
    await change(page).getByRole('button', { name: says('Delete'), exact: true }).click();
    await expect(message(page, 'NoticeAccountDeleted')).toBeVisible();
    await context.close();
  });
});

// ------------------------------------------------------------------------------------------- what asks for it
interface Scene { page: Page; pool: Pool }
interface Change {
  what: string;
  path: string;
  title: string;
  /** Browsers make passkeys for host names only. */
  host?: string;
  /** Brings somebody in who can make it. */
  someone(scene: Scene): Promise<unknown>;
  ask(page: Page): Promise<void>;
  /** What is asked before it is made, and what the button says that makes it. */
  sure?: [title: string, button: string];
  /** How they show who they are; with their password, if nothing else is said. */
  prove?(page: Page, pool: Pool): Promise<void>;
  /** What the pool is asked for then. */
  operation: string;
  done(page: Page): Locator;
}

const PHONE = '+442079460123';
const ada = ({ page, pool }: Scene) => signedIn(page, pool);
const withPhone = ({ page, pool }: Scene) => signedIn(page, pool, { attributes: { phone_number: PHONE } });
const andElsewhere = async ({ page, pool }: Scene) => {
  await signedIn(page, pool);
  await signInElsewhere(pool);
};
const press = (page: Page, key: string) => button(page, says(key)).click();
const pressIn = (page: Page, region: string, key: string) =>
  page.getByRole('region', { name: says(region), exact: true }).getByRole('button', { name: says(key), exact: true }).first().click();
const pressFor = (page: Page, key: string, factor: string) => button(page, `${says(key)}: ${says(factor)}`).click();
const byPassword = async (page: Page) => {
  await password(page).fill(PASSWORD);
  await goOn(page).click();
};
const byCode = async (page: Page, pool: Pool, purpose: 'mfa' | 'sign_in') => {
  await expect(code(page)).toBeVisible();
  await code(page).fill(await pool.latestCode(EMAIL, { purpose }));
};
const address = (site: Site, { path, host = '127.0.0.1' }: Change) => site.origin.replace('127.0.0.1', host) + path;

const contact = { path: paths.accountContact, title: 'ContactTitle' }, factors = { path: paths.factors, title: 'FactorsTitle' };
const passkeys = { path: paths.passkeys, title: 'PasskeysTitle' }, sessions = { path: sections.sessions, title: 'SessionsTitle' };
const CHANGES: Change[] = [
  {
    what: 'another email address', ...contact, someone: ada, operation: 'UpdateUserAttributes', done: (page) => field(page, says('Code')),
    ask: async (page) => {
      await pressIn(page, 'Email', 'ContactChange');
      await field(page, says('ContactNewEmail')).fill('countess@example.com');
      await press(page, 'Continue');
    },
  },
  {
    what: 'a phone number that is removed', ...contact, someone: withPhone, operation: 'DeleteUserAttributes',
    ask: (page) => pressIn(page, 'Phone', 'ContactRemove'), sure: ['ContactRemovePhone', 'ContactRemove'], done: (page) => message(page, 'ContactRemoved'),
  },
  {
    what: 'an authenticator app that is set up', ...factors, someone: ada, operation: 'AssociateSoftwareToken',
    ask: (page) => pressFor(page, 'FactorSetUp', 'FactorApp'), done: (page) => page.getByRole('heading', { name: says('ScanTitle') }),
  },
  {
    what: 'a second step that is switched on', ...factors, someone: ada, operation: 'SetUserMFAPreference',
    ask: (page) => pressFor(page, 'FactorSwitchOn', 'FactorEmail'), done: (page) => message(page, 'FactorAdded'),
  },
  {
    what: 'a second step that is removed', ...factors, operation: 'SetUserMFAPreference',
    someone: async (scene) => {
      await ada(scene);
      await prefer(scene.pool, { EmailMfaSettings: { Enabled: true } });
    },
    prove: async (page, pool) => {
      await byPassword(page);
      await byCode(page, pool, 'mfa');
    },
    ask: (page) => pressFor(page, 'FactorRemove', 'FactorEmail'), sure: ['FactorRemoveTitle', 'FactorRemove'], done: (page) => message(page, 'FactorRemoved'),
  },
  {
    what: 'a new passkey', ...passkeys, host: 'localhost', operation: 'StartWebAuthnRegistration',
    someone: async (scene) => {
      await withAuthenticator(scene.page);
      await configure(scene.page, withPasskeys);
      await ada(scene);
    },
    ask: (page) => press(page, 'PasskeysCreate'), done: (page) => message(page, 'PasskeysCreated'),
  },
  {
    what: 'a passkey that is removed', ...passkeys, operation: 'DeleteWebAuthnCredential',
    someone: async (scene) => {
      await withThreePasskeys(scene);
      await ada(scene);
    },
    ask: (page) => page.getByRole('button', { name: new RegExp(`^${says('FactorRemove')}: `) }).first().click(),
    sure: ['PasskeyRemoveTitle', 'FactorRemove'], done: (page) => message(page, 'PasskeysRemoved'),
  },
  {
    what: 'one session that is ended', ...sessions, someone: andElsewhere, operation: 'RevokeUserSession',
    ask: (page) => pressIn(page, 'SessionsList', 'SessionEnd'), sure: ['SessionEndTitle', 'SessionEnd'], done: (page) => message(page, 'SessionEnded'),
  },
  {
    what: 'all other sessions', ...sessions, operation: 'RevokeUserSession',
    someone: async (scene) => {
      await andElsewhere(scene);
      await signInElsewhere(scene.pool);
    },
    ask: (page) => press(page, 'SessionsEndOthers'), sure: ['SessionsEndOthersTitle', 'SessionsEndOthers'], done: (page) => message(page, 'SessionsEnded'),
  },
  {
    what: 'all sessions', ...sessions, someone: andElsewhere, operation: 'GlobalSignOut',
    ask: (page) => press(page, 'SignOutEverywhere'), sure: ['SessionsAllTitle', 'SignOutEverywhere'], done: (page) => heading(page, 'SignedOutTitle'),
  },
  {
    what: 'the first password', path: paths.accountPassword, title: 'PasswordTitle', operation: 'ChangePassword',
    someone: async ({ page, pool }) => {
      await configure(page, { auth: { passwordless: { email_otp_enabled: true } } });
      await signedInByCode(page, pool);
      await page.goto(paths.profile);
      await expect(greeting(page)).toBeVisible();
    },
    prove: async (page, pool) => {
      await question(page).getByRole('button', { name: says('EmailMeACode') }).click();
      await byCode(page, pool, 'sign_in');
    },
    ask: async (page) => {
      await field(page, says('NewPassword')).fill(OTHER_PASSWORD);
      await press(page, 'PasswordSet');
    },
    done: (page) => message(page, 'PasswordChanged'),
  },
  {
    what: 'the end of the account', path: sections.data, title: 'DataTitle', someone: ada, operation: 'DeleteUser',
    ask, sure: ['DeleteAskTitle', 'Delete'], done: (page) => message(page, 'NoticeAccountDeleted'),
  },
];
const dialog = (page: Page, title: string) => page.getByRole('dialog', { name: says(title), exact: true });
const confirm = (page: Page, [title, key]: [string, string]) => dialog(page, title).getByRole('button', { name: says(key), exact: true }).click();
/** The ids that are on the page more than once. */
const doubled = (page: Page) => page.evaluate(() => {
  const ids = Array.from(document.querySelectorAll('[id]'), ({ id }) => id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
});

for (const change of CHANGES) {
  const { what, title, someone, ask, sure, prove = byPassword, operation, done } = change;
  test(`${what}: only whoever has just signed in`, async ({ page, pool, site }) => {
    await someone({ page, pool });
    await openLater(page, pool, address(site, change), title);
    await pool.clearRequests();
    await ask(page);
    await expect(question(page)).toBeVisible();
    if (sure) await expect(dialog(page, sure[0])).toHaveCount(0);
    expect(await doubled(page)).toEqual([]);
    expect(await calls(pool, operation)).toBe(0);
    await prove(page, pool);
    if (sure) await confirm(page, sure);
    await expect(done(page)).toBeVisible();
    await expect(question(page)).toHaveCount(0);
  });
}

for (const change of CHANGES) {
  const { what, title, someone, ask, sure, prove = byPassword, operation, done } = change;
  if (!sure) continue;
  test(`${what}: a dialog that stood open for long asks as well`, async ({ page, pool, site }) => {
    await someone({ page, pool });
    await page.goto(address(site, change));
    await expect(heading(page, title)).toBeVisible();
    await ask(page);
    await expect(dialog(page, sure[0])).toBeVisible();
    await timePasses(page, pool, 700);
    await pool.clearRequests();
    await confirm(page, sure);
    await expect(question(page)).toBeVisible();
    expect(await doubled(page)).toEqual([]);
    expect(await calls(pool, operation)).toBe(0);
    await prove(page, pool);
    await expect(done(page)).toBeVisible();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect.poll(() => calls(pool, operation)).toBeGreaterThan(0);
  });
}

test('whoever does not go on there is asked again whether they are sure, and nothing has changed', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(sections.data);
  await ask(page);
  await timePasses(page, pool, 700);
  await confirm(page, ['DeleteAskTitle', 'Delete']);
  await expect(password(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question(page)).toHaveCount(0);
  await expect(change(page)).toBeVisible();
  await expect(change(page).getByRole('button', { name: says('Delete'), exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(change(page)).toHaveCount(0);
  await expect(remove(page)).toBeFocused();
  expect(await calls(pool, 'DeleteUser')).toBe(0);
});

test('two dialogs and a field for a code below them: each field has a name of its own', async ({ page, pool }) => {
  await signedIn(page, pool, { email_verified: false, attributes: { phone_number: PHONE } });
  await pool.giveTotp(EMAIL);
  await page.goto(paths.accountContact);
  await pressIn(page, 'Email', 'ContactConfirm');
  const below = page.getByRole('main').locator('form#contact-code input');
  await expect(below).toBeFocused();
  await pressIn(page, 'Phone', 'ContactRemove');
  await timePasses(page, pool, 700);
  await confirm(page, ['ContactRemovePhone', 'ContactRemove']);
  await byPassword(page);
  await expect(code(page)).toBeFocused();
  expect(await doubled(page)).toEqual([]);
  await expectAccessible(page);
  await code(page).fill(await totp(pool));
  await expect(message(page, 'ContactRemoved')).toBeVisible();
  await expect(below).toHaveValue('');
});

test('a question that does not come can be asked for again, or left', async ({ page, pool, expectProblem }) => {
  expectProblem(/Failed to (load resource|fetch)/);
  const part = /\/assets\/page-step-up-[^/]*\.wasm$/;
  await signedIn(page, pool);
  await openLater(page, pool, sections.data, 'DataTitle');
  await page.route(part, (route) => route.abort());
  await ask(page);
  await expect(question(page).getByRole('alert')).toContainText(says('ChunkMissing'));
  await expectAccessible(page);
  await question(page).getByRole('button', { name: says('Cancel'), exact: true }).click();
  await expect(question(page)).toHaveCount(0);
  await expect(remove(page)).toBeFocused();
  await expect(remove(page)).toHaveValue(EMAIL);
  await ask(page);
  await expect(question(page).getByRole('alert')).toBeVisible();
  await page.unroute(part);
  await question(page).getByRole('button', { name: says('TryAgain'), exact: true }).click();
  await expect(password(page)).toBeFocused();
  await byPassword(page);
  await expect(change(page)).toBeVisible();
});

for (const [state, happens] of [
  ['the last word is asked for', async () => {}],
  ['that asks for a fresh sign-in', async (page: Page, pool: Pool) => {
    await timePasses(page, pool, 700);
    await confirm(page, ['DeleteAskTitle', 'Delete']);
    await expect(question(page)).toBeVisible();
  }],
] as const) {
  test(`somebody else comes while ${state}: nothing is open any more, and nobody is deleted`, async ({ page, pool, context }) => {
    await signedIn(page, pool);
    await page.goto(sections.data);
    await ask(page);
    await expect(change(page)).toBeVisible();
    await happens(page, pool);
    await bobComes(context, pool);
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(remove(page, BOB)).toHaveValue('');
    await expect(page.getByText(EMAIL)).toHaveCount(0);
    expect(await calls(pool, 'DeleteUser')).toBe(0);
    expect(await pool.users()).toHaveLength(2);
  });
}
