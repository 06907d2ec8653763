// The account centre: linked sign-ins, a copy of the data, the end of the account.
import { readFileSync } from 'node:fs';
import { sections } from './support/account';
import { expectAccessible } from './support/axe';
import { expect, test } from './support/fixtures';
import {
  EMAIL, SERVER_ENGLISH, button, calls, expectFieldProblem, expectProblemShown, field, greeting, heading, message, paths, says, signedIn, storage,
} from './support/pages';
import type { Page } from '@playwright/test';

const nameField = (page: Page) => field(page, says('DeleteConfirm', EMAIL));
const dialog = (page: Page) => page.getByRole('dialog', { name: says('DeleteAskTitle') });
const really = (page: Page) => dialog(page).getByRole('button', { name: says('Delete'), exact: true });

/** The copy that the page makes. */
async function download(page: Page): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await button(page, says('Export')).click();
  const file = await coming;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

async function askToDelete(page: Page) {
  await nameField(page).fill(` ${EMAIL.toUpperCase()} `);
  await nameField(page).press('Enter');
  await expect(dialog(page)).toBeVisible();
}

test('everything that the pool knows, as one file without a secret', async ({ page, pool }) => {
  await pool.changeSettings({ devices: { mode: 'always' } });
  await signedIn(page, pool, { attributes: { 'custom:agentName': '007', given_name: 'Ada' } });
  await page.goto(sections.data);
  await expect(page.getByText(says('LinkedNone'))).toBeVisible();
  await expectAccessible(page);
  const { name, text } = await download(page);
  expect(name).toMatch(/^account-\d{4}-\d\d-\d\d\.json$/);
  const file = JSON.parse(text);
  expect(file).toMatchObject({
    attributes: { email: EMAIL, 'custom:agentName': '007', given_name: 'Ada' }, sign_in_factors: expect.arrayContaining(['PASSWORD']),
    second_factors: { preferred: null }, devices: [], passkeys: [], not_available: [],
  });
  expect(file.sessions).toHaveLength(1);
  expect(file.sessions[0].CreateDate).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/);
  for (const secret of Object.entries(await storage(page)).filter(([key]) => /token$/i.test(key))) expect(text).not.toContain(secret[1]);
  await expect(message(page, 'Exported')).toBeVisible();
});

test('what the pool does not have is named; half a file is none', async ({ page, pool }) => {
  await pool.changeSettings({ features: { session_tracking: false }, web_authn: { enabled: false } });
  await signedIn(page, pool);
  await page.goto(sections.data);
  const { text } = await download(page);
  expect(JSON.parse(text).not_available).toEqual(expect.arrayContaining(['devices', 'sessions']));
  await pool.fault({ operation: 'GetUserAuthFactors', kind: 'error', name: 'InternalErrorException' });
  await button(page, says('Export')).click();
  await expectProblemShown(page, 'ErrInternal');
  await expect(message(page, 'Exported')).toHaveCount(0);
  await download(page);
  await expect(message(page, 'Exported')).toBeVisible();
});

test('a server that knows no sessions keeps nobody from their copy', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.fault({ operation: 'ListUserSessions', kind: 'error', name: 'UnknownOperationException' });
  await page.goto(sections.data);
  const { text } = await download(page);
  expect(JSON.parse(text).not_available).toContain('sessions');
});

test('without a network the linked sign-ins are not said to be none', async ({ page, pool }) => {
  await signedIn(page, pool);
  await pool.fault({ operation: 'GetUser', kind: 'status', status: 503, body: 'down' });
  await page.goto(sections.data);
  await expectProblemShown(page, 'FaultServerDown');
  await expect(page.getByText(says('LinkedNone'))).toHaveCount(0);
  await button(page, says('TryAgain')).click();
  await expect(page.getByText(says('LinkedNone'))).toBeVisible();
});

test('the account is deleted in all tabs, and nothing of it is kept', async ({ page, pool, context }) => {
  await signedIn(page, pool);
  const other = await context.newPage();
  await other.goto(paths.profile);
  await expect(greeting(other)).toBeVisible();
  await page.goto(sections.data);
  await askToDelete(page);
  await expect(dialog(page)).toContainText(says('DeleteAskLead', EMAIL));
  await expect(button(page, says('Cancel'))).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  for (const tab of [page, other]) {
    await expect(heading(tab, 'LoginTitle')).toBeVisible();
    await expect(tab).toHaveURL(paths.login);
    await expect(message(tab, 'NoticeAccountDeleted')).toBeVisible();
  }
  expect(await pool.users()).toEqual([]);
  expect(Object.keys(await storage(page)).filter((key) => !key.startsWith('Doorward.'))).toEqual([]);
  await expect(field(page, 'Email')).toHaveValue('');
});

test('nothing is deleted without the name, and without the last word', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(sections.data);
  for (const typed of ['', 'bob@example.com']) {
    await nameField(page).fill(typed);
    await button(page, says('Delete')).click();
    await expectFieldProblem(nameField(page), 'DeleteMismatch');
    await expect(dialog(page)).toHaveCount(0);
  }
  await askToDelete(page);
  await button(page, says('Cancel')).click();
  await expect(dialog(page)).toHaveCount(0);
  expect(await calls(pool, 'DeleteUser')).toBe(0);
});

test('what the pool refuses is explained, and it can be tried again', async ({ page, pool, context }) => {
  await signedIn(page, pool);
  await page.goto(sections.data);
  await askToDelete(page);
  const refused = { operation: 'DeleteUser', kind: 'error', message: SERVER_ENGLISH } as const;
  for (const [name, key] of [['UserLambdaValidationException', 'ErrLambdaRefused'], ['OperationNotEnabledException', 'ErrOperationOff']]) {
    await pool.fault({ ...refused, name });
    await really(page).click();
    await expectProblemShown(page, key);
  }
  await context.setOffline(true);
  await really(page).click();
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await really(page).click();
  await expect(message(page, 'NoticeAccountDeleted')).toBeVisible();
});
