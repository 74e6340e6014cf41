/** The API's reference, where calls are tried as whoever is signed in. */
import { expect, type Page } from '@playwright/test'
import { signIn } from '../support/account.ts'
import { test } from '../support/test.ts'

/** Opens what is said of a call, and makes it. */
async function callMe(page: Page) {
  await page.getByRole('button', { name: /^get .api.me$/ }).click()
  await page.getByRole('button', { name: 'Execute' }).click()
}

test('a call is refused, and after signing in is made as oneself', async ({
  person,
  account,
  consoles,
}) => {
  consoles.expectRefusals(401)
  const page = await person()
  await page.goto('/docs/')
  await callMe(page)
  await expect(page.getByText('"code": "unauthenticated"')).toBeVisible()

  await page.getByRole('link', { name: 'Sign in to try it as yourself' }).click()
  await signIn(page, account)
  await expect(page.getByText(`What you try here is done as ${account.username}`)).toBeVisible()
  await callMe(page)
  await expect(page.getByText(`"email": "${account.email}"`)).toBeVisible()
})

test('a page whose session a try has ended says so at the next one', async ({
  signedIn,
  account,
  consoles,
}) => {
  consoles.expectRefusals(401)
  const page = await signedIn(account)
  await page.goto('/docs')
  const logout = page.getByRole('button', { name: /^post .api.auth.logout$/ })
  await logout.click()
  const answer = page.waitForResponse('/api/auth/logout')
  await page.getByRole('button', { name: 'Execute' }).click()
  expect((await answer).status()).toBe(204)
  await logout.click()

  await callMe(page)
  await expect(page.getByRole('link', { name: 'Sign in to try it as yourself' })).toBeVisible()
})
