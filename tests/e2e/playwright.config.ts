import { defineConfig } from '@playwright/test';
import { chromiumFlags, chromiumPath } from '../../tools/lib.mjs';

// `make test` runs both projects. By hand, with dist/ and the dev pool built (`make build`):
//   npx playwright test --config tests/e2e/playwright.config.ts --project devpool
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results/e2e',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI ? 1 : 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
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
