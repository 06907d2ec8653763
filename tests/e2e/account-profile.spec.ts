// The account centre: the overview, and the profile that the person edits.
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { expectAccessible } from './support/axe';
import {
  EMAIL, SERVER_ENGLISH, agentName, button, calls, configure, expectFieldProblem, expectProblemShown, heading, message, paths, says, signedIn,
} from './support/pages';

const attributes = [
  { name: 'given_name', label: 'First name', editable: true, required: true },
  { name: 'custom:agentName', label: 'Agent name', editable: true },
  { name: 'birthdate', label: 'Birthday', editable: true, type: 'date' },
  { name: 'zoneinfo', label: 'Office', editable: true, type: 'select', options: [{ value: 'Europe/London', label: 'London' }, { value: 'Asia/Tokyo', label: 'Tokyo' }] },
  { name: 'locale', label: 'Language', editable: false, type: 'select', options: [{ value: 'de', label: 'German' }] },
  { name: 'gender', label: 'Department', editable: false },
];
const known = { given_name: 'Ada', 'custom:agentName': '007', birthdate: '1815-12-10', zoneinfo: 'Europe/London', locale: 'de' };
const first = (page: Page) => page.getByLabel('First name', { exact: true });
const birthday = (page: Page) => page.getByLabel('Birthday');
const office = (page: Page) => page.getByLabel('Office');
/** What is said below a field that was changed elsewhere, too. */
const conflict = (page: Page, name: string) => page.getByRole('main').getByText(says('DetailsConflict', name)).locator('..');
const save = (page: Page) => button(page, says('Save')).click();
const inPool = async (pool: { user: (name: string) => Promise<{ attributes: Record<string, string> }> }, name: string) =>
  (await pool.user(EMAIL)).attributes[name];

async function open(page: Page, pool: any, path = paths.accountDetails) {
  await configure(page.context(), { doorward: { attributes } });
  await signedIn(page, pool, { attributes: known });
  await page.goto(path);
}

test('the overview says who is signed in and leads to every section', async ({ page, pool }) => {
  await open(page, pool, paths.profile);
  await page.getByRole('link', { name: says('AccountOpen') }).click();
  await expect(heading(page, 'Account')).toBeFocused();
  const main = page.getByRole('main');
  await expect(main.getByText('Ada', { exact: true })).toBeVisible();
  await expect(main.getByText(says('AccountConfirmed', EMAIL))).toBeVisible();
  await expectAccessible(page);
  await main.getByRole('listitem').getByRole('link', { name: says('DetailsTitle') }).last().click();
  await expect(heading(page, 'DetailsTitle')).toBeFocused();
});

test('each attribute has the input that fits it; what cannot be changed is shown', async ({ page, pool }) => {
  await open(page, pool);
  await expect(first(page)).toHaveValue('Ada');
  await expect(first(page)).toHaveAttribute('autocomplete', 'given-name');
  await expect(birthday(page)).toHaveAttribute('type', 'date');
  await expect(office(page)).toHaveValue('Europe/London');
  const facts = page.getByRole('region', { name: says('DetailsFacts') });
  await expect(facts.getByRole('definition')).toHaveText(['German', says('DetailsNothing')]);
  await expectAccessible(page);
});

test('with the keyboard alone: changed, emptied, saved', async ({ page, pool }) => {
  await open(page, pool);
  await first(page).focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Grace');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await office(page).focus();
  await page.keyboard.type('Tokyo');
  await page.keyboard.press('Tab');
  await expect(button(page, says('Save'))).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(message(page, 'Saved')).toBeVisible();
  // Removed, which is not the same as empty.
  expect(await calls(pool, 'DeleteUserAttributes')).toBe(1);
  expect(await inPool(pool, 'custom:agentName')).toBeUndefined();
  expect(await inPool(pool, 'given_name')).toBe('Grace');
  expect(await inPool(pool, 'zoneinfo')).toBe('Asia/Tokyo');
  await expect(page.getByText('Grace', { exact: true })).toBeVisible();
  await page.reload();
  await expect(agentName(page)).toHaveValue('');
  await save(page);
  await expect(message(page, 'NothingChanged')).toBeVisible();
});

test('what has to be there cannot be emptied', async ({ page, pool }) => {
  await open(page, pool);
  await first(page).fill(' ');
  await save(page);
  await expectFieldProblem(first(page), 'FieldRequired');
  expect(await calls(pool, 'UpdateUserAttributes')).toBe(0);
});

test('another tab changes what is edited here: the person chooses, and nothing is overwritten unseen', async ({ page, context, pool }) => {
  await open(page, pool);
  const other = await context.newPage();
  await other.goto(paths.accountDetails);
  await first(page).fill('Mine');
  await agentName(page).fill('mine too');
  await first(other).fill('Theirs');
  await agentName(other).fill('theirs too');
  await office(other).selectOption('Tokyo');
  await save(other);
  await expect(message(other, 'Saved')).toBeVisible();
  // What is not edited here follows quietly.
  await expect(office(page)).toHaveValue('Asia/Tokyo');
  await expect(conflict(page, 'First name')).toContainText('Theirs');
  await expect(first(page)).toHaveValue('Mine');
  await expectAccessible(page);
  await save(page);
  await expectFieldProblem(first(page), 'DetailsChoose');
  await button(page, `${says('DetailsTakeTheirs')}: First name`).click();
  await expect(first(page)).toBeFocused();
  await expect(first(page)).toHaveValue('Theirs');
  await button(page, `${says('DetailsKeepMine')}: Agent name`).click();
  await expect(agentName(page)).toBeFocused();
  await expect(page.getByText(says('DetailsConflict', 'First name'))).toHaveCount(0);
  await expect(conflict(page, 'Agent name')).toHaveCount(0);
  await save(page);
  await expect(message(page, 'Saved')).toBeVisible();
  expect(await inPool(pool, 'given_name')).toBe('Theirs');
  expect(await inPool(pool, 'custom:agentName')).toBe('mine too');
});

test('another device changed it: that is noticed before anything is saved', async ({ page, pool }) => {
  await open(page, pool);
  await first(page).fill('Mine');
  await pool.changeUser(EMAIL, { attributes: { given_name: 'Theirs', 'custom:agentName': '008' } });
  await save(page);
  await expect(conflict(page, 'First name')).toContainText('Theirs');
  await expectFieldProblem(first(page), 'DetailsChoose');
  await expect(agentName(page)).toHaveValue('008');
  expect(await calls(pool, 'UpdateUserAttributes')).toBe(0);
  await button(page, `${says('DetailsKeepMine')}: First name`).click();
  await save(page);
  await expect(message(page, 'Saved')).toBeVisible();
  expect(await inPool(pool, 'given_name')).toBe('Mine');
});

test('without a network, and when the pool refuses, what was typed stays', async ({ page, context, pool }) => {
  await open(page, pool);
  await first(page).fill('Grace');
  await context.setOffline(true);
  await save(page);
  await expectProblemShown(page, 'FaultOffline');
  await context.setOffline(false);
  await pool.fault({ operation: 'UpdateUserAttributes', kind: 'error', name: 'InvalidParameterException', message: SERVER_ENGLISH });
  await save(page);
  await expectProblemShown(page, 'ErrInvalidParameter');
  await expect(first(page)).toHaveValue('Grace');
  await save(page);
  await expect(message(page, 'Saved')).toBeVisible();
});

test('an attribute that this site does not let people write is explained', async ({ page, pool }) => {
  await open(page, pool);
  await first(page).fill('Grace');
  await pool.fault({ operation: 'UpdateUserAttributes', kind: 'error', name: 'NotAuthorizedException', message: 'A client attempted to write unauthorized attribute' });
  await save(page);
  await expectProblemShown(page, 'ErrAttributeReadOnly');
  await expect(first(page)).toHaveValue('Grace');
  await expect(page).toHaveURL(paths.accountDetails);
  await expectAccessible(page);
  expect(await inPool(pool, 'given_name')).toBe('Ada');
});

test('a picture is asked for by https; one from before that keeps nobody from saving the rest', async ({ page, pool }) => {
  await configure(page, { doorward: { attributes: [...attributes, { name: 'picture', label: 'Picture', editable: true }] } });
  await signedIn(page, pool, { attributes: { ...known, picture: 'http://pictures.test/old.png' } });
  await page.goto(paths.accountDetails);
  await first(page).fill('Grace');
  await save(page);
  await expect(message(page, 'Saved')).toBeVisible();
  expect(await inPool(pool, 'given_name')).toBe('Grace');
  await page.getByLabel('Picture').fill('http://pictures.test/new.png');
  await save(page);
  await expectFieldProblem(page.getByLabel('Picture'), 'UrlWrong');
  expect(await inPool(pool, 'picture')).toBe('http://pictures.test/old.png');
});

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

// The policy of a site whose configuration lists the attribute allows pictures of other hosts; tests/dist has that.
test.describe(() => {
  test.use({ bypassCSP: true });

  test('a picture by its address is shown when the field is left; without one there are letters', async ({ page, pool }) => {
    const asked: string[] = [];
    await page.route('https://pictures.test/**', async (route) => {
      asked.push(new URL(route.request().url()).pathname);
      await route.fulfill(asked.at(-1) === '/ada.png' ? { contentType: 'image/png', body: PNG } : { contentType: 'text/plain', body: 'none' });
    });
    await configure(page, { doorward: { attributes: [...attributes, { name: 'picture', label: 'Picture', editable: true }] } });
    await signedIn(page, pool, { attributes: known });
    await page.goto(paths.accountDetails);
    const picture = page.getByLabel('Picture'), shown = page.locator('main img');
    await picture.fill('https://pictures.test/ada.png');
    expect(asked, 'half an address is not fetched').toEqual([]);
    await picture.blur();
    await expect(shown).toHaveAttribute('src', 'https://pictures.test/ada.png');
    await save(page);
    await expect(message(page, 'Saved')).toBeVisible();
    await page.reload();
    await expect(shown).toHaveAttribute('src', 'https://pictures.test/ada.png');
    await picture.fill('https://pictures.test/none');
    await picture.blur();
    await expect.poll(() => asked.at(-1)).toBe('/none');
    await expect(shown).toHaveCount(0);
    await picture.fill('http://pictures.test/ada.png');
    await picture.blur();
    await expect(shown).toHaveCount(0);
  });
});
