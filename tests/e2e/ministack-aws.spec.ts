// AWS credentials and a signed request against an identity pool and an STS that others wrote: ministack verifies signatures.
import { expect, test } from './support/ministack';
import { button, greeting, heading, paths, says, signIn } from './support/pages';
import type { Page } from '@playwright/test';

const fact = (page: Page, key: string) => page.locator('dt', { hasText: new RegExp(`^${says(key)}$`) }).locator('xpath=following-sibling::dd[1]');

test('the identity pool gives credentials, and STS takes what is signed with them', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await signIn(page, { email });
  await expect(greeting(page, email)).toBeVisible();
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  await expect(page).toHaveURL(paths.awsAccess);
  await expect(heading(page, 'AwsTitle')).toBeVisible();
  await expect(fact(page, 'AwsIdentity')).toHaveText(new RegExp(`^${cognito.made.region}:[0-9a-f-]{36}$`));
  await expect(fact(page, 'AwsKind')).toHaveText(says('AwsKindUser'));
  await button(page, says('AwsCall')).click();
  await expect(fact(page, 'AwsAccount')).toHaveText('000000000000');
  await expect(fact(page, 'AwsArn')).toHaveText(/^arn:aws:sts::000000000000:assumed-role\/CognitoIdentityPoolRole\/CognitoIdentityCredentials$/);
  await expect(fact(page, 'AwsUserId')).not.toBeEmpty();
});

test('credentials that are kept serve for a second request', async ({ page, cognito, email }) => {
  await cognito.createUser(email);
  await signIn(page, { email });
  await expect(greeting(page, email)).toBeVisible();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.headers()['x-amz-target']?.split('.')[1] ?? ''));
  await page.getByRole('link', { name: says('AwsTitle'), exact: true }).click();
  await expect(fact(page, 'AwsIdentity')).toBeVisible();
  for (let times = 0; times < 2; times++) {
    const answered = page.waitForResponse((response) => response.request().postData()?.includes('Action=GetCallerIdentity') ?? false);
    await button(page, says('AwsCall')).click();
    expect((await answered).status()).toBe(200);
  }
  await expect(fact(page, 'AwsAccount')).toHaveText('000000000000');
  expect(asked.filter((name) => name === 'GetId' || name === 'GetCredentialsForIdentity')).toEqual(['GetId', 'GetCredentialsForIdentity']);
});
