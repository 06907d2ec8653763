// How the pages look and stay: nothing moves by itself, nothing is cut off, nothing is told by colour alone.
import { centre, sections, signInElsewhere } from './support/account';
import { still } from './support/axe';
import { signedInWithEverything } from './support/centre';
import { expect, poolConfig, test, withSite, type Config } from './support/fixtures';
import { EMAIL, PASSWORD, appStarted, button, field, heading, message, paths, says, signIn, signedIn } from './support/pages';
import type { Page } from '@playwright/test';

const OPEN = [paths.home, paths.login, paths.signUp, paths.verify, paths.forgot, paths.signOut, '/no/such/page'];
const WIDTHS = [390, 1280];

/** Counts every layout shift from now on, also those that follow what a person did. */
const watchShifts = (page: Page) => page.addInitScript(() => {
  const seen: string[] = [];
  Object.assign(window, { shifts: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: { node?: Element }[] })[]) {
      seen.push(`${entry.value} ${entry.sources.map(({ node }) => node?.className ?? node?.nodeName).join(', ')}`);
    }
  }).observe({ type: 'layout-shift', buffered: true });
});

/** What has moved so far. An observer is told in a frame of its own. */
const shifts = (page: Page) => page.evaluate(() => new Promise<string[]>((tell) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => tell((window as unknown as { shifts: string[] }).shifts))));
}));

/** How much is to be scrolled to sideways. The body leaves room for a scroll bar, the root element does not. */
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.body.clientWidth);

/** Opens a page of the account centre and waits for what is on it. */
async function openCentre(page: Page, path: string, title: string) {
  await page.goto(path);
  await expect(heading(page, title)).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await appStarted(page);
  await still(page);
}

/** What has no room for its text. */
const cutOff = (page: Page) => page.getByRole('main').locator('button, a, label, h1, h2, .badge').evaluateAll((elements) => elements
  .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline').map((element) => element.textContent));
const twiceAsLarge = (page: Page) => page.evaluate(() => {
  document.styleSheets[0].insertRule(':root { font-size: 200% }', document.styleSheets[0].cssRules.length);
});

/** What can be pressed and is too small for it. A link in a sentence is as large as its letters. */
const tooSmall = (page: Page) => page.locator('button:visible, a:visible, input:visible, select:visible').evaluateAll((elements) => {
  const inSentence = (element: Element) => element.matches('.centre p > a') && element.parentElement!.textContent!.trim() !== element.textContent!.trim();
  return elements.filter((element) => !element.closest('.skip, [aria-hidden=true]') && !inSentence(element))
    .map((element) => ({ text: element.textContent || element.id, box: element.getBoundingClientRect() }))
    .filter(({ box }) => box.width < 24 || box.height < 24).map(({ text, box }) => `${text}: ${box.width} × ${box.height}`);
});

for (const width of WIDTHS) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 844 } });

    for (const path of OPEN) {
      test(`nothing moves while ${path} comes`, async ({ page }) => {
        await watchShifts(page);
        await page.goto(path);
        await appStarted(page);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        expect(await shifts(page)).toEqual([]);
        expect(await sideways(page)).toBe(0);
      });
    }

    test('nothing moves while the pages of who is signed in come', async ({ page, pool, api }) => {
      expect(api.origin).toBeTruthy();
      await signedIn(page, pool);
      await watchShifts(page);
      for (const path of [paths.profile, paths.home, paths.awsAccess, paths.protectedApi]) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await appStarted(page);
        expect(await shifts(page), path).toEqual([]);
        expect(await sideways(page), path).toBe(0);
      }
    });

    for (const [path, title] of centre) {
      test(`nothing moves while ${path} comes, with all that can be on it`, async ({ page, pool }) => {
        await signedInWithEverything({ page, pool });
        await watchShifts(page);
        await openCentre(page, path, title);
        expect(await shifts(page)).toEqual([]);
        expect(await sideways(page)).toBe(0);
      });
    }

    test('an error at a field moves nothing, however long it is', async ({ page }) => {
      await watchShifts(page);
      await page.goto(paths.signUp);
      await appStarted(page);
      await button(page, 'Create account').click();
      await expect(field(page, 'Email')).toHaveAccessibleDescription(says('EmailMissing'));
      await field(page, 'Email').fill('ada@example');
      await field(page, 'Password').fill('short');
      await field(page, 'Confirm password').fill('other');
      await button(page, 'Create account').click();
      await expect(field(page, 'Email')).toHaveAccessibleDescription(says('EmailWrong'));
      expect(await shifts(page)).toEqual([]);
      await page.goto(paths.verify);
      await appStarted(page);
      await field(page, 'Email').fill('ada@example');
      await field(page, 'Verification code').fill('12 !?');
      await button(page, 'Verify account').click();
      await expect(field(page, 'Verification code')).toHaveAccessibleDescription(says('CodeMalformed'));
      expect(await shifts(page)).toEqual([]);
    });
  });
}

test('four times as large, the pages of who is signed in still fit', async ({ page, pool }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await signedIn(page, pool, { email: 'somebody.with.quite.a.long.name@subdomain.of.a.long.domain.example.com' });
  for (const path of [paths.profile, paths.home, paths.awsAccess, ...centre.map(([path]) => path)]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('.skeleton')).toHaveCount(0);
    await appStarted(page);
    await still(page);
    expect(await sideways(page), path).toBe(0);
  }
});

test('four times as large, the account centre still fits with all that can be on it', async ({ page, pool }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await signedInWithEverything({ page, pool });
  for (const [path, title] of centre) {
    await openCentre(page, path, title);
    expect(await sideways(page), path).toBe(0);
    expect(await cutOff(page), path).toEqual([]);
  }
});

test('with text twice as large nothing is cut off', async ({ page }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  for (const path of [paths.login, paths.signUp, paths.verify, paths.forgot]) {
    await page.goto(path);
    await appStarted(page);
    await twiceAsLarge(page);
    expect(await sideways(page), path).toBe(0);
    expect(await cutOff(page), path).toEqual([]);
  }
});

test('with text twice as large nothing is cut off in the account centre', async ({ page, pool }) => {
  await page.setViewportSize({ width: 640, height: 800 });
  await signedInWithEverything({ page, pool });
  for (const [path, title] of centre) {
    await openCentre(page, path, title);
    await twiceAsLarge(page);
    expect(await sideways(page), path).toBe(0);
    expect(await cutOff(page), path).toEqual([]);
  }
});

test('what can be pressed is large enough', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [paths.login, paths.signUp, paths.verify, paths.forgot]) {
    await page.goto(path);
    await appStarted(page);
    expect(await tooSmall(page), path).toEqual([]);
    for (const box of await page.locator('.button:visible, .field__box:visible').evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().height))) {
      expect(box, path).toBeGreaterThanOrEqual(44);
    }
  }
});

test('what can be pressed in the account centre is large enough', async ({ page, pool }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signedInWithEverything({ page, pool });
  for (const [path, title] of centre) {
    await openCentre(page, path, title);
    expect(await tooSmall(page), path).toEqual([]);
  }
});

test('where the system chooses the colours, buttons and errors keep their edges', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto(paths.login);
  await appStarted(page);
  await expect(button(page, 'Sign in')).toHaveCSS('border-top-width', '2px');
  await button(page, 'Sign in').click();
  await expect(field(page, 'Email')).toBeFocused();
  const box = field(page, 'Email').locator('..');
  await expect(box).toHaveCSS('border-top-width', '3px');
  await expect(box).toHaveCSS('outline-style', 'solid');
});

test('where the system chooses the colours, the account centre keeps its edges too', async ({ page, pool }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await signedIn(page, pool);
  await signInElsewhere(pool);
  await openCentre(page, sections.sessions, 'SessionsTitle');
  const here = page.getByRole('navigation', { name: says('AccountSections') }).getByRole('link', { name: says('SessionsTitle') });
  await expect(here).toHaveCSS('border-top-width', '3px');
  const end = page.getByRole('main').getByRole('button', { name: says('SessionEnd'), exact: true });
  await expect(end).toHaveCSS('border-top-style', 'double');
  await end.click();
  await expect(page.getByRole('dialog')).toHaveCSS('border-top-style', 'solid');
  await expect(page.getByRole('dialog')).toHaveCSS('border-top-width', '1px');
});

test('good news is told in a live region that was there before, and is gone with its page', async ({ page, pool }) => {
  await pool.createUser({ email: EMAIL, password: PASSWORD });
  await page.goto(paths.forgot);
  await appStarted(page);
  const region = await page.locator('#news').elementHandle();
  await field(page, 'Email').fill(EMAIL);
  await button(page, 'Send code').click();
  await field(page, 'Verification code').fill(await pool.latestCode(EMAIL));
  await field(page, 'New password').fill('Another-Horse-9');
  await button(page, 'Reset password').click();
  await expect(heading(page, 'LoginTitle')).toBeVisible();
  await expect(message(page, 'NoticePasswordReset')).toHaveCount(1);
  expect(await region!.textContent()).toContain(says('NoticePasswordReset'));
  await expect(page.getByRole('main').getByText(says('NoticePasswordReset'))).toBeVisible();
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeVisible();
  expect(await region!.textContent()).toBe('');
});

/** A configuration with looks of its own. */
const branded = (poolOrigin: string, brand: Config): Config => {
  const config = poolConfig(poolOrigin);
  return { ...config, doorward: { ...config.doorward, brand, terms: '/terms.html', privacy: 'https://example.com/privacy' } };
};

/** WCAG's contrast ratio of an element's text and the ground of another. */
const contrast = (page: Page, selector: string) => page.locator(selector).first().evaluate((element) => {
  const light = (colour: string) => {
    const [r, g, b] = colour.match(/[\d.]+/g)!.slice(0, 3).map((c) => Number(c) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground: Element | null = element;
  while (ground && getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
  const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(ground ?? document.documentElement).backgroundColor)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const accent of ['#ffd400', '#ffffff', '#000000', '#0a7d55']) {
    test(`a site with the accent ${accent} can be read, ${colorScheme}`, async ({ page, poolOrigin }) => {
      await page.emulateMedia({ colorScheme });
      await withSite(branded(poolOrigin, { name: 'Harbour', accent }), async ({ origin }) => {
        await page.goto(origin + paths.login);
        await appStarted(page);
        await expect(page).toHaveTitle(`${says('LoginTitle')} · Harbour`);
        for (const part of ['.button--primary', '.field__show', '.form__aside a', '.card__foot a']) {
          await expect.poll(() => contrast(page, part), { message: part }).toBeGreaterThanOrEqual(4.5);
        }
      });
    });
  }
}

for (const [accent, colorScheme] of [['#001a33', 'dark'], ['#ffd400', 'light']] as const) {
  test(`a link in an error can be read with the accent ${accent}, ${colorScheme}`, async ({ page, pool, poolOrigin }) => {
    await pool.createUser({ email: EMAIL, password: PASSWORD });
    await pool.fault({ operation: 'InitiateAuth', kind: 'error', name: 'NotAuthorizedException', message: 'Password attempts exceeded' });
    await page.emulateMedia({ colorScheme });
    await withSite(branded(poolOrigin, { name: 'Harbour', accent }), async ({ origin }) => {
      await signIn(page, { path: origin + paths.login });
      await expect(page.getByRole('alert').getByRole('link')).toBeVisible();
      await expect(page).toHaveTitle(`${says('LoginTitle')} · Harbour`);
      await expect.poll(() => contrast(page, '.alert--error a')).toBeGreaterThanOrEqual(4.5);
    });
  });
}

test("the site's own logo, name and links are there", async ({ page, poolOrigin }) => {
  await withSite(branded(poolOrigin, { name: 'Harbour', logo: '/favicon.svg', wordmark: true }), async ({ origin }) => {
    await page.goto(origin + paths.login);
    await appStarted(page);
    await expect(page.getByRole('banner').getByRole('link', { name: 'Harbour', exact: true })).toHaveAttribute('href', '/');
    const footer = page.getByRole('contentinfo');
    await expect(footer.getByRole('link', { name: says('FooterTerms') })).toHaveAttribute('href', '/terms.html');
    await expect(footer.getByRole('link', { name: says('FooterPrivacy') })).toHaveAttribute('href', 'https://example.com/privacy');
    await expect(page.locator('.brand__mark')).toHaveCSS('inline-size', '144px');
    await page.goto(origin + paths.signUp);
    await appStarted(page);
    await expect(page).toHaveTitle(`${says('SignUpTitle')} · Harbour`);
  });
});

test('looks that are wrong are explained', async ({ page, poolOrigin }) => {
  await withSite(branded(poolOrigin, { accent: 'blue' }), async ({ origin }) => {
    await page.goto(origin + paths.signUp);
    await expect(page.getByText('doorward.brand.accent')).toBeVisible();
  });
});

test('the first page stands still, later ones settle into place, and whoever wants no motion gets none', async ({ page }) => {
  const started = () => page.evaluate(() => (window as unknown as { moved: number }).moved);
  await page.addInitScript(() => {
    Object.assign(window, { moved: 0 });
    addEventListener('transitionrun', (event) => {
      if (event.propertyName === 'translate') (window as unknown as { moved: number }).moved += 1;
    });
  });
  await page.goto(paths.signUp);
  await appStarted(page);
  await expect(page.locator('html')).toHaveAttribute('data-ready');
  expect(await started()).toBe(0);
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click();
  await expect(heading(page, 'LoginTitle')).toBeFocused();
  await expect.poll(started).toBe(1);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('link', { name: says('ForgotPasswordLink') }).click();
  await expect(heading(page, 'ForgotTitle')).toBeFocused();
  expect(Number.parseFloat(await page.locator('.card').evaluate((card) => getComputedStyle(card).transitionDuration))).toBeLessThan(0.001);
});
