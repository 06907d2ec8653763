import { defineConfig } from '@playwright/test';
import { chromiumFlags, chromiumPath } from '../../tools/lib.mjs';

// `make test` runs both projects. By hand, with dist/ and the dev pool built (`make build`):
//   npx playwright test --config tests/e2e/playwright.config.ts --project devpool
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/e2e',
  snapshotPathTemplate: '{testDir}/screens/{arg}{ext}',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 1 : 0,
  timeout: 45_000,
  // Letters are not drawn to the last pixel by every version of a browser.
  expect: { timeout: 10_000, toHaveScreenshot: { maxDiffPixelRatio: 0.01, animations: 'disabled', caret: 'hide', scale: 'css' },
    toMatchAriaSnapshot: { pathTemplate: '{testDir}/transcripts/{arg}{ext}' } },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromiumPath(), args: chromiumFlags },
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    trace: 'on-first-retry',
  },
  projects: [
    { name: 'devpool', testIgnore: /ministack[^/]*\.spec\.ts$/ },
    { name: 'ministack', testMatch: /ministack[^/]*\.spec\.ts$/, workers: 1 },
  ],
});
