// Somebody who has all that the account centre can show, for looking at how it looks.
import type { Page } from '@playwright/test';
import { FIREFOX, IPHONE, rememberElsewhere, signInElsewhere } from './account';
import { listPasskeys, passkey, prefer, withPasskeys } from './factors';
import { EMAIL, configure, signedIn } from './pages';
import type { Pool } from './pool';

interface Scene { page: Page; pool: Pool }

export const details = { given_name: 'Ada', family_name: 'Lovelace', phone_number: '+442079460123' };
export const attributes = ['given_name', 'family_name', 'picture'].map((name) => ({ name, editable: true }));

/** Two devices of Ada's that the pool remembers. */
export async function withDevices({ page, pool }: Scene) {
  await configure(page, { doorward: { remember_devices: true } });
  await pool.changeSettings({ devices: { mode: 'opt_in' } });
  for (const name of ["Ada's phone", 'Work laptop']) await rememberElsewhere(pool, name);
}

/** Ada at two other places. */
export async function withSessions({ pool }: Scene) {
  for (const userAgent of [FIREFOX, IPHONE]) await signInElsewhere(pool, userAgent);
}

/** Two second steps, of which one is asked for. Nobody signs in with the password alone after that. */
export async function withSecondSteps({ pool }: Scene) {
  await prefer(pool, { EmailMfaSettings: { Enabled: true, PreferredMfa: true } });
  await pool.giveTotp(EMAIL);
}

/** Three passkeys, one of each kind. */
export async function withThreePasskeys({ page, pool }: Scene) {
  await configure(page, withPasskeys);
  await listPasskeys(page, pool, () => ({ Credentials: ['', 'Blue key', 'Work laptop'].map((name, number) => passkey(number, name)) }));
}

/** Ada, signed in, with details, devices, sessions, passkeys and second steps. */
export async function signedInWithEverything(scene: Scene) {
  const { page, pool } = scene;
  await configure(page, { doorward: { attributes } });
  await signedIn(page, pool, { attributes: details });
  for (const furnish of [withDevices, withSessions, withThreePasskeys, withSecondSteps]) await furnish(scene);
}
