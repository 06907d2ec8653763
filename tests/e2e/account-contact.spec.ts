// The account centre: email address and phone number, changed, confirmed, removed.
import type { Page } from '@playwright/test';
import { BOB, bobComes, callPool, signedInByCode } from './support/account';
import { expectAccessible } from './support/axe';
import { accessToken, prefer, wrongCode } from './support/factors';
import { expect, test } from './support/fixtures';
import type { Pool } from './support/pool';
import {
  EMAIL, SERVER_ENGLISH, button, calls, configure, expectFieldProblem, expectProblemShown, field, heading, hold, isCall, message, paths, says,
  signedIn, storage,
} from './support/pages';

const NEW = 'countess@example.com';
const PHONE = '+442079460123';
const WAITS = { attributes_require_verification_before_update: ['email', 'phone_number'] };

type Contact = 'Email' | 'Phone';
const panel = (page: Page, key: Contact) => page.getByRole('region', { name: says(key), exact: true });
const inPanel = (page: Page, of: Contact, key: string) => panel(page, of).getByRole('button', { name: says(key), exact: true });
const press = (page: Page, of: Contact, key: string) => inPanel(page, of, key).click();
const code = (page: Page) => field(page, says('Code'));
const newEmail = (page: Page) => field(page, says('ContactNewEmail'));
const undo = (page: Page) => button(page, says('ContactUndo'));
const inPool = async (pool: Pool, name: string) => (await pool.user(EMAIL)).attributes[name];

async function show(page: Page) {
  await page.goto(paths.accountContact);
  await expect(heading(page, 'ContactTitle')).toBeVisible();
}
async function open(page: Page, pool: Pool, user = {}) {
  const made = await signedIn(page, pool, user);
  await show(page);
  return made;
}
/** Ada, who has a user name, and no password. */
async function namedAda(page: Page, pool: Pool, attributes = {}) {
  const auth = { standard_required_attributes: [], passwordless: { email_otp_enabled: true } };
  await configure(page, { doorward: { sign_in_with: 'username' }, auth });
  await pool.changeSettings({ username_attributes: [] });
  await signedInByCode(page, pool, { username: 'ada', attributes: { email: EMAIL, ...attributes } });
}
async function change(page: Page, to = NEW) {
  await press(page, 'Email', 'ContactChange');
  await expect(newEmail(page)).toBeFocused();
  await newEmail(page).fill(to);
  await button(page, says('Continue')).click();
}

test('a new address that is in force at once is not confirmed until its code is there', async ({ page, pool }) => {
  await configure(page, { auth: { mfa_methods: [] } });
  const { username } = await open(page, pool);
  const email = panel(page, 'Email');
  await expect(email).toContainText(EMAIL);
  await expect(email.getByText(says('ContactIsConfirmed'), { exact: true })).toBeVisible();
  await expect(button(page, says('ContactRemove')), 'people sign in with it').toHaveCount(0);
  await expect(panel(page, 'Phone'), 'this site has none').toHaveCount(0);
  await expectAccessible(page);
  await press(page, 'Email', 'ContactChange');
  await expect(email).toContainText(says('ContactSignsInChange'));
  await expectAccessible(page);
  await newEmail(page).fill(NEW);
  await newEmail(page).press('Enter');
  await expect(code(page)).toBeFocused();
  await expect(message(page, 'CodeSent')).toContainText('c***@e***');
  await expect(email).toContainText(NEW);
  await expect(email.getByText(says('ContactNotConfirmed'), { exact: true })).toBeVisible();
  await expectAccessible(page);
  const sent = await pool.latestCode(NEW);
  await code(page).fill(wrongCode(sent));
  await expectFieldProblem(code(page), 'ErrCodeMismatch');
  // Handed in by itself.
  await code(page).fill(sent);
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
  await expect(email.getByRole('heading')).toBeFocused();
  await expect(email.getByText(says('ContactIsConfirmed'), { exact: true })).toBeVisible();
  await expect.poll(async () => (await storage(page)).User_Email).toBe(NEW);
  expect((await pool.user(username)).attributes.email_verified).toBe('true');
});

test('where the old address stays in force until then, that is said; it can be finished after a reload', async ({ page, pool }) => {
  await pool.changeSettings(WAITS);
  await open(page, pool);
  await change(page);
  await expect(page.getByText(says('ContactWaits', NEW))).toBeVisible();
  await expect(panel(page, 'Email')).toContainText(EMAIL);
  await expect(undo(page), 'nothing is done yet').toHaveCount(0);
  await button(page, says('Cancel')).click();
  await expect(message(page, 'ContactKept', EMAIL)).toBeVisible();
  await expect(panel(page, 'Email').getByRole('heading')).toBeFocused();
  await page.reload();
  await press(page, 'Email', 'HaveCode');
  await expect(page.getByText(says('ContactLater'))).toBeVisible();
  await code(page).fill(await pool.latestCode(NEW));
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
  await expect(panel(page, 'Email')).toContainText(NEW);
});

test('a new address that was a mistake is taken back', async ({ page, pool }) => {
  const { username } = await open(page, pool);
  await change(page);
  await undo(page).click();
  await expect(undo(page)).toHaveCount(0);
  await expect(code(page)).toBeFocused();
  await expect(panel(page, 'Email')).toContainText(EMAIL);
  expect((await pool.user(username)).attributes.email).toBe(EMAIL);
  await code(page).fill(await pool.latestCode(EMAIL));
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
});

test('an address that was changed although the answer was lost: its code is asked for, and there is a way back', async ({ page, pool }) => {
  await open(page, pool);
  await page.route(`${pool.origin}/`, async (route) => {
    if (!isCall(route.request(), 'UpdateUserAttributes')) return route.fallback();
    await route.fetch();
    await route.abort();
  });
  await change(page);
  await expect(panel(page, 'Email')).toContainText(`${NEW} ${says('ContactNotConfirmed')}`);
  await expect(page.getByRole('alert')).toContainText(says('FaultOffline'));
  await expect(code(page)).toBeVisible();
  await expect(undo(page)).toBeVisible();
});

for (const [when, settings] of [['at once', {}], ['later', WAITS]] as const) {
  test(`a new address that is in force ${when}: while the pool cannot be asked, the page does not say which one is`, async ({ page, pool }) => {
    await pool.changeSettings(settings);
    await open(page, pool);
    await pool.fault({ operation: 'GetUser', kind: 'status', status: 503, body: 'down', count: null });
    await change(page);
    await expect(code(page)).toBeFocused();
    await expect(page.getByRole('main').getByText(says('Stale'))).toBeVisible();
    await expect(page.getByText(says('ContactWaits', NEW))).toHaveCount(0);
    await button(page, says('Cancel')).click();
    await expect(panel(page, 'Email').getByRole('heading')).toBeFocused();
    await expect(message(page, 'ContactKept', EMAIL)).toHaveCount(0);
  });
}

interface Awaited {
  operation: string;
  someone(page: Page, pool: Pool): Promise<unknown>;
  begin(page: Page, pool: Pool): Promise<unknown>;
  resting: (readonly [Contact, string])[];
  done(page: Page): Promise<void>;
}
const codeIsAsked = (page: Page) => expect(code(page)).toBeFocused();
const AWAITED: Awaited[] = [
  {
    operation: 'GetUserAttributeVerificationCode', begin: (page) => press(page, 'Email', 'ContactConfirm'), done: codeIsAsked,
    someone: async (page, pool) => {
      await namedAda(page, pool, { phone_number: PHONE });
      await pool.changeUser('ada', { email_verified: false });
      await show(page);
    },
    resting: (['Email', 'Phone'] as const).flatMap((of) => ['ContactChange', 'HaveCode', 'ContactRemove'].map((key) => [of, key] as const)),
  },
  { operation: 'UpdateUserAttributes', someone: open, begin: (page) => change(page), resting: [['Phone', 'ContactAdd']], done: codeIsAsked },
  {
    operation: 'VerifyUserAttribute', resting: [['Email', 'Cancel']], done: (page) => expect(message(page, 'ContactConfirmed')).toBeVisible(),
    someone: async (page, pool) => {
      await open(page, pool);
      await change(page);
    },
    begin: async (page, pool) => code(page).fill(await pool.latestCode(NEW)),
  },
];
for (const { operation, someone, begin, resting, done } of AWAITED) {
  test(`until ${operation} is answered the other buttons do nothing`, async ({ page, pool }) => {
    await someone(page, pool);
    const release = await hold(page, `${pool.origin}/`, (request) => isCall(request, operation));
    await begin(page, pool);
    for (const [of, key] of resting) {
      await expect(inPanel(page, of, key)).toHaveAttribute('aria-disabled', 'true');
      await inPanel(page, of, key).click({ force: true });
    }
    release();
    await done(page);
    for (const other of [page.getByRole('dialog'), newEmail(page), field(page, says('ContactNewPhone'))]) await expect(other).toHaveCount(0);
  });
}

test('what is no address, the same one, and that of somebody else are said at the field', async ({ page, pool }) => {
  await pool.createUser({ email: NEW, password: 'Correct-Horse-7' });
  await open(page, pool);
  await change(page, 'ada');
  await expectFieldProblem(newEmail(page), 'EmailWrong');
  await newEmail(page).fill(EMAIL);
  await newEmail(page).press('Enter');
  await expectFieldProblem(newEmail(page), 'ContactSame');
  await newEmail(page).fill(NEW);
  await newEmail(page).press('Enter');
  await expectFieldProblem(newEmail(page), 'ErrAliasExists');
  await pool.fault({ operation: 'UpdateUserAttributes', kind: 'error', name: 'CodeDeliveryFailureException', message: SERVER_ENGLISH });
  await newEmail(page).press('Enter');
  await expectProblemShown(page, 'ErrCodeDelivery');
  await button(page, says('Cancel')).click();
  await expect(newEmail(page)).toHaveCount(0);
  expect(await inPool(pool, 'email')).toBe(EMAIL);
});

test('an address that is not confirmed: confirmed with a code; what goes wrong is said where it belongs', async ({ page, context, pool }) => {
  await open(page, pool, { email_verified: false });
  await expect(page.getByText(says('ContactNotConfirmedLead'))).toBeVisible();
  await pool.fault({ operation: 'GetUserAttributeVerificationCode', kind: 'error', name: 'LimitExceededException', message: SERVER_ENGLISH });
  await press(page, 'Email', 'ContactConfirm');
  await expectProblemShown(page, 'ErrLimitExceeded');
  await press(page, 'Email', 'ContactConfirm');
  await expect(code(page)).toBeFocused();
  await expect(button(page, says('ResendCode')), 'it rests').toHaveCount(0);
  await pool.fault({ operation: 'VerifyUserAttribute', kind: 'error', name: 'ExpiredCodeException', message: SERVER_ENGLISH });
  const sent = await pool.latestCode(EMAIL);
  await code(page).fill(sent);
  await expectFieldProblem(code(page), 'ErrExpiredCode');
  await pool.fault({ operation: 'VerifyUserAttribute', kind: 'error', name: 'LimitExceededException', message: SERVER_ENGLISH });
  await code(page).press('Enter');
  await expectProblemShown(page, 'ErrLimitExceeded');
  await context.setOffline(true);
  await code(page).press('Enter');
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await code(page).press('Enter');
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
});

test('a code is sent again, after a rest', async ({ page, pool }) => {
  await page.clock.install();
  await open(page, pool, { email_verified: false });
  await press(page, 'Email', 'ContactConfirm');
  await expect(code(page)).toBeFocused();
  const [{ id: after }] = await pool.messages(EMAIL);
  await page.clock.runFor(31_000);
  await button(page, says('ResendCode')).click();
  await expect(message(page, 'NewCodeSent')).toContainText('a***@e***');
  await code(page).fill(await pool.latestCode(EMAIL, { after }));
  await button(page, says('ContactConfirm')).click();
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
});

test('confirmed in another tab: this one shows it and asks no more', async ({ page, context, pool }) => {
  await open(page, pool, { email_verified: false });
  await press(page, 'Email', 'ContactConfirm');
  const other = await context.newPage();
  await other.goto(paths.accountContact);
  await press(other, 'Email', 'HaveCode');
  await code(other).fill(await pool.latestCode(EMAIL));
  await expect(message(other, 'ContactConfirmed')).toBeVisible();
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
  await expect(code(page)).toHaveCount(0);
});

test('a phone number: added with the keyboard, confirmed by text message, removed after a question', async ({ page, pool }) => {
  await open(page, pool);
  const phone = panel(page, 'Phone'), number = field(page, says('ContactNewPhone'));
  await expect(phone).toContainText(says('ContactNone'));
  await expectAccessible(page);
  await phone.getByRole('button', { name: says('ContactAdd') }).focus();
  await page.keyboard.press('Enter');
  await expect(number).toBeFocused();
  await page.keyboard.type('020 7946 0123');
  await page.keyboard.press('Enter');
  await expectFieldProblem(number, 'PhoneWrong');
  await number.fill('0044 20 7946 0123');
  await page.keyboard.press('Enter');
  await expect(code(page)).toBeFocused();
  await page.keyboard.type(await pool.latestCode(PHONE));
  await expect(message(page, 'ContactConfirmed')).toBeVisible();
  await expect(phone).toContainText(PHONE);
  await press(page, 'Phone', 'ContactRemove');
  const dialog = page.getByRole('dialog', { name: says('ContactRemovePhone') });
  await expect(dialog).toContainText(PHONE);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await inPool(pool, 'phone_number')).toBe(PHONE);
  const confirmRemoval = dialog.getByRole('button', { name: says('ContactRemove') });
  await pool.fault({ operation: 'DeleteUserAttributes', kind: 'error', name: 'InvalidParameterException', message: SERVER_ENGLISH });
  await press(page, 'Phone', 'ContactRemove');
  await confirmRemoval.click();
  await expectProblemShown(page, 'ErrAttributeReadOnly');
  await press(page, 'Phone', 'ContactRemove');
  await confirmRemoval.click();
  await expect(message(page, 'ContactRemoved')).toBeVisible();
  await expect(phone.getByRole('heading')).toBeFocused();
  await expect(phone).toContainText(says('ContactNone'));
  expect(await inPool(pool, 'phone_number')).toBeUndefined();
});

test("somebody else's phone number is refused at the field", async ({ page, pool }) => {
  await pool.changeSettings({ username_attributes: ['email', 'phone_number'] });
  await pool.createUser({ phone_number: PHONE, password: 'Correct-Horse-7' });
  await open(page, pool);
  const number = field(page, says('ContactNewPhone'));
  await press(page, 'Phone', 'ContactAdd');
  await number.fill(PHONE);
  await number.press('Enter');
  await expectFieldProblem(number, 'ErrAliasExists');
  await expectAccessible(page);
  expect(await inPool(pool, 'phone_number')).toBeUndefined();
});

test('without a network nothing is removed, and it can be tried again', async ({ page, context, pool }) => {
  await open(page, pool, { attributes: { phone_number: PHONE } });
  const dialog = page.getByRole('dialog', { name: says('ContactRemovePhone') });
  await press(page, 'Phone', 'ContactRemove');
  await context.setOffline(true);
  await dialog.getByRole('button', { name: says('ContactRemove') }).click();
  await expectProblemShown(page, 'FaultOffline');
  await expect(panel(page, 'Phone')).toContainText(PHONE);
  await context.setOffline(false);
  await press(page, 'Phone', 'ContactRemove');
  await dialog.getByRole('button', { name: says('ContactRemove') }).click();
  await expect(message(page, 'ContactRemoved')).toBeVisible();
  expect(await inPool(pool, 'phone_number')).toBeUndefined();
});

interface Needed {
  what: string;
  contact: Contact;
  why: string[];
  someone(page: Page, pool: Pool): Promise<unknown>;
  /** What happens elsewhere while the page is open. */
  meanwhile?(pool: Pool): Promise<unknown>;
}
const NEEDED: Needed[] = [
  { what: 'the only way in', contact: 'Email', why: ['ContactSignsIn', 'PasswordNone'], someone: namedAda },
  {
    what: 'the only second step, where everybody needs one', contact: 'Phone', why: ['FactorRequired'],
    someone: async (page, pool) => {
      await configure(page, { auth: { mfa_configuration: 'REQUIRED', mfa_methods: ['SMS'] } });
      await signedIn(page, pool, { attributes: { phone_number: PHONE } });
      await prefer(pool, { SMSMfaSettings: { Enabled: true } });
      await pool.changeSettings({ mfa: { configuration: 'ON', methods: ['SMS'] } });
    },
  },
  {
    what: 'the only name to sign in with, since the other was removed elsewhere', contact: 'Email', why: ['ContactSignsIn', 'ContactRemoveLast'],
    someone: async (page, pool) => {
      await configure(page, { auth: { username_attributes: ['email', 'phone_number'], standard_required_attributes: [] } });
      await pool.changeSettings({ username_attributes: ['email', 'phone_number'] });
      await signedIn(page, pool, { attributes: { phone_number: PHONE } });
    },
    meanwhile: async (pool) =>
      callPool(pool, 'DeleteUserAttributes', { AccessToken: await accessToken(pool), UserAttributeNames: ['phone_number'] }),
  },
];
for (const { what, contact, why, someone, meanwhile } of NEEDED) {
  test(`an address is not removed if it is ${what}`, async ({ page, pool }) => {
    await someone(page, pool);
    await show(page);
    await expect(inPanel(page, contact, 'ContactRemove')).toBeVisible();
    await meanwhile?.(pool);
    await pool.clearRequests();
    await press(page, contact, 'ContactRemove');
    await page.getByRole('dialog').getByRole('button', { name: says('ContactRemove'), exact: true }).click();
    const address = contact === 'Email' ? EMAIL : PHONE;
    await expectProblemShown(page, 'ContactKept', address);
    for (const key of why) await expect(page.getByRole('alert')).toContainText(says(key));
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(panel(page, contact).getByRole('listitem')).toContainText(address);
    await expectAccessible(page);
    expect(await calls(pool, 'DeleteUserAttributes')).toBe(0);
  });
}

test('somebody else comes in another tab: what was begun is not theirs', async ({ page, context, pool }) => {
  await pool.changeSettings(WAITS);
  await open(page, pool, { attributes: { phone_number: PHONE } });
  await change(page);
  await expect(page.getByText(says('ContactWaits', NEW))).toBeVisible();
  await bobComes(context, pool);
  await expect(panel(page, 'Email')).toContainText(BOB);
  await expect(panel(page, 'Phone')).toContainText(says('ContactNone'));
  await expect(code(page)).toHaveCount(0);
  for (const theirs of [EMAIL, NEW, PHONE]) await expect(page.getByText(theirs)).toHaveCount(0);
  await expectAccessible(page);
});

test('somebody else comes while an address is entered, or about to be removed: nothing of it is left', async ({ page, context, pool }) => {
  await open(page, pool, { attributes: { phone_number: PHONE } });
  await press(page, 'Email', 'ContactChange');
  await newEmail(page).fill(NEW);
  await press(page, 'Phone', 'ContactRemove');
  await expect(page.getByRole('dialog')).toBeVisible();
  await bobComes(context, pool);
  await expect(panel(page, 'Email')).toContainText(BOB);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(newEmail(page)).toHaveCount(0);
});
