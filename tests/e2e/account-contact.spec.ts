// The account centre: email address and phone number, changed, confirmed, removed.
import type { Page } from '@playwright/test';
import { BOB, bobComes } from './support/account';
import { expectAccessible } from './support/axe';
import { wrongCode } from './support/factors';
import { expect, test } from './support/fixtures';
import type { Pool } from './support/pool';
import {
  EMAIL, SERVER_ENGLISH, button, configure, expectFieldProblem, expectProblemShown, field, heading, message, paths, says, signedIn, storage,
} from './support/pages';

const NEW = 'countess@example.com';
const PHONE = '+442079460123';
const WAITS = { attributes_require_verification_before_update: ['email', 'phone_number'] };

const panel = (page: Page, key: 'Email' | 'Phone') => page.getByRole('region', { name: says(key), exact: true });
const press = (page: Page, panelKey: 'Email' | 'Phone', key: string) => panel(page, panelKey).getByRole('button', { name: says(key), exact: true }).click();
const code = (page: Page) => field(page, says('Code'));
const newEmail = (page: Page) => field(page, says('ContactNewEmail'));
const inPool = async (pool: Pool, name: string) => (await pool.user(EMAIL)).attributes[name];

async function open(page: Page, pool: Pool, user = {}) {
  const made = await signedIn(page, pool, user);
  await page.goto(paths.accountContact);
  await expect(heading(page, 'ContactTitle')).toBeVisible();
  return made;
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
