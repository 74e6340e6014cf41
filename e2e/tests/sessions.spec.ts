/** Where an account is signed in, seen and ended from its settings. */
import type { Page } from '@playwright/test'
import { expect, test } from '../support/test.ts'

/** The settings, as one gets there. */
async function openSettings(page: Page, username: string) {
  await page.getByRole('button', { name: `Account: ${username}` }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible()
}

test('a lost device is signed out from another, and all of them at once', async ({
  signedIn,
  account,
  consoles,
}) => {
  // A page that is signed out from elsewhere hears of it from the server.
  consoles.expectRefusals(401)
  const desk = await signedIn(account)
  const lost = await signedIn(account, {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  })
  await openSettings(desk, account.username)
  // What is said of it in passing is an item of a list, too.
  const devices = desk
    .getByRole('region', { name: 'Where you are signed in' })
    .getByRole('listitem')
  await expect(devices.filter({ hasText: 'This one' })).toContainText('on Linux')
  const there = devices.filter({ hasText: 'Safari on iOS' })
  await expect(there).toContainText('Used just now')

  await desk.getByRole('button', { name: 'Sign out: Safari on iOS' }).click()
  await expect(desk.getByText('Safari on iOS is signed out.', { exact: true })).toBeVisible()
  await expect(there).toBeHidden()
  await lost.reload()
  await expect(lost.getByRole('heading', { name: 'Sign in' })).toBeVisible()

  await desk.getByRole('button', { name: 'Sign out everywhere' }).click()
  await expect(desk.getByRole('heading', { name: 'Sign in' })).toBeVisible()
})
