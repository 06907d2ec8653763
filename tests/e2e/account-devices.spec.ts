// The account centre: devices.
import { expectAccessible } from './support/axe';
import { callPool, openLater, rememberElsewhere, sections, signInElsewhere } from './support/account';
import { expect, test, type Pool } from './support/fixtures';
import {
  EMAIL, PASSWORD, SERVER_ENGLISH, button, calls, configure, expectProblemShown, field, greeting, heading, message, says, signIn, signedIn, storage,
} from './support/pages';
import type { Locator, Page } from '@playwright/test';

const list = (page: Page) => page.getByRole('region', { name: says('DevicesList') });
const rows = (page: Page) => list(page).getByRole('listitem');
const press = (row: Locator, key: string) => row.getByRole('button', { name: says(key), exact: true }).click();
const dialog = (page: Page) => page.getByRole('dialog', { name: says('DeviceForgetTitle') });
const deviceKeys = async (page: Page) => Object.keys(await storage(page)).filter((key) => /deviceKey$/i.test(key));

/** Ada in a browser that the pool knows, and on her phone, which it remembers. */
async function withDevices(page: Page, pool: Pool, names = ["Ada's phone"]) {
  await configure(page, { doorward: { remember_devices: true } });
  await pool.changeSettings({ devices: { mode: 'opt_in' } });
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  for (const name of names) await rememberElsewhere(pool, name);
  await signIn(page);
  await expect(greeting(page)).toBeVisible();
  await page.goto(sections.devices);
  await expect(rows(page).first()).toBeVisible();
}

test('this browser is first, and is remembered or not as the person says', async ({ page, pool }) => {
  await withDevices(page, pool);
  await expect(rows(page)).toHaveCount(2);
  const [here, phone] = [rows(page).first(), rows(page).nth(1)];
  await expect(here).toContainText('Chrome on Linux');
  await expect(here).toContainText(says('DeviceThis'));
  await expect(here).toContainText(says('DeviceNotRemembered'));
  await expect(here).toContainText(says('DeviceIp', '127.0.0.1'));
  await expect(phone).toContainText("Ada's phone");
  await expect(phone).not.toContainText(says('DeviceThis'));
  await expect(page.getByText('Mozilla')).toHaveCount(0);
  await expectAccessible(page);
  await press(here, 'DeviceRemember');
  await expect(message(page, 'DeviceIsRemembered')).toBeVisible();
  await expect(here.getByText(says('DeviceRemembered'), { exact: true })).toBeVisible();
  await expect(page.getByRole('heading', { name: says('DevicesList') })).toBeFocused();
  await press(here, 'DeviceStop');
  await expect(message(page, 'DeviceIsNotRemembered')).toBeVisible();
  await expect(here).toContainText(says('DeviceNotRemembered'));
  await page.reload();
  await expect(rows(page).first()).toContainText(says('DeviceNotRemembered'));
});

test('a device is forgotten, by keyboard; Escape leaves everything as it is', async ({ page, pool }) => {
  await withDevices(page, pool);
  const forget = rows(page).nth(1).getByRole('button', { name: says('DeviceForget'), exact: true });
  await expect(forget).toHaveAccessibleDescription(/Ada's phone/);
  await forget.focus();
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText(says('DeviceForgetLead', "Ada's phone"));
  await expect(button(page, says('Cancel'))).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(forget).toBeFocused();
  expect(await calls(pool, 'ForgetDevice')).toBe(0);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(message(page, 'DeviceForgotten')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole('heading', { name: says('DevicesList') })).toBeFocused();
  // It is kept for as long as this browser is known.
  expect(await deviceKeys(page)).toHaveLength(1);
});

test('when this browser is forgotten it keeps nothing to prove itself with', async ({ page, pool }) => {
  await withDevices(page, pool, []);
  await press(rows(page).first(), 'DeviceForget');
  await press(dialog(page), 'DeviceForget');
  await expect(page.getByText(says('DevicesNone'))).toBeVisible();
  expect(await deviceKeys(page)).toEqual([]);
  await page.reload();
  await expect(page.getByText(says('DevicesNone'))).toBeVisible();
  await expectAccessible(page);
});

test('one that somebody else forgot meanwhile is forgotten; without a network nothing is', async ({ page, pool, context }) => {
  await withDevices(page, pool, ["Ada's phone", 'Work laptop']);
  const laptop = rows(page).filter({ hasText: 'Work laptop' });
  await press(laptop, 'DeviceForget');
  await context.setOffline(true);
  await press(dialog(page), 'DeviceForget');
  await expectProblemShown(page, 'FaultOffline');
  await expect(dialog(page)).toBeVisible();
  await context.setOffline(false);
  const { AccessToken } = await signInElsewhere(pool);
  for (const { DeviceKey } of (await callPool(pool, 'ListDevices', { AccessToken })).Devices) await callPool(pool, 'ForgetDevice', { AccessToken, DeviceKey });
  await press(dialog(page), 'DeviceForget');
  await expect(laptop).toHaveCount(0);
  await expect(message(page, 'DeviceForgotten')).toBeVisible();
  // Of the other one that is told when it is to be changed.
  await press(rows(page).filter({ hasText: "Ada's phone" }), 'DeviceStop');
  await expectProblemShown(page, 'ErrDeviceGone');
});

test('without a network, and when the pool refuses, nothing is remembered or stopped; then it can be tried again', async ({ page, pool, context }) => {
  await withDevices(page, pool);
  const [here, phone] = [rows(page).first(), rows(page).nth(1)];
  await context.setOffline(true);
  for (const [row, key] of [[here, 'DeviceRemember'], [phone, 'DeviceStop']] as const) {
    await press(row, key);
    await expectProblemShown(page, 'FaultOffline');
    await expect(row.getByRole('button', { name: says(key), exact: true })).toBeVisible();
  }
  await context.setOffline(false);
  await pool.fault({ operation: 'UpdateDeviceStatus', kind: 'error', name: 'InternalErrorException', message: SERVER_ENGLISH });
  await press(here, 'DeviceRemember');
  await expectProblemShown(page, 'ErrInternal');
  await expect(here).toContainText(says('DeviceNotRemembered'));
  await expectAccessible(page);
  await press(here, 'DeviceRemember');
  await expect(message(page, 'DeviceIsRemembered')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('only whoever has just signed in takes the second step away', async ({ page, pool }) => {
  await withDevices(page, pool);
  await openLater(page, pool, sections.devices, 'DevicesTitle');
  // To be asked more often needs no proof.
  await press(rows(page).nth(1), 'DeviceStop');
  await expect(message(page, 'DeviceIsNotRemembered')).toBeVisible();
  await press(rows(page).first(), 'DeviceRemember');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, says('Continue')).click();
  await expect(message(page, 'DeviceIsRemembered')).toBeVisible();
  expect(await calls(pool, 'UpdateDeviceStatus')).toBe(3);
});

test('a long list is shown in two parts', async ({ page, pool }) => {
  await withDevices(page, pool, Array.from({ length: 22 }, (_, number) => `Device ${number}`));
  await expect(rows(page)).toHaveCount(20);
  await button(page, says('ShowMore', '3')).click();
  await expect(rows(page)).toHaveCount(23);
});

test('a pool that remembers no devices is explained, and so is trouble', async ({ page, pool }) => {
  await signedIn(page, pool);
  await page.goto(sections.devices);
  await expect(page.getByText(says('DevicesOff'))).toBeVisible();
  await expectAccessible(page);
  await pool.changeSettings({ devices: { mode: 'opt_in' } });
  await pool.fault({ operation: 'ListDevices', kind: 'error', name: 'InternalErrorException' });
  await page.reload();
  await expectProblemShown(page, 'ErrInternal');
  await button(page, says('TryAgain')).click();
  await expect(page.getByText(says('DevicesNone'))).toBeVisible();
  await expect(heading(page, 'DevicesTitle')).toBeVisible();
});
