/** Pages about accounts: getting in, and the settings. */
import { type APIRequestContext, expect, type Page } from '@playwright/test'
import { anybody, at, owner, type Scene } from './scene.ts'

/** All of them. */
export const ACCOUNT_SCENES: readonly Scene[] = [
  { name: 'sign-in', visitor: anybody, open: (page) => at(page, '/sign-in') },
  {
    name: 'the reference of the API',
    visitor: owner,
    open: async (page) => {
      await at(page, '/docs')
      await page.getByRole('button', { name: 'post /api/auth/login' }).first().click()
      await expect(page.getByRole('button', { name: 'Execute' })).toBeVisible()
    },
  },
  {
    name: 'a call with parameters',
    visitor: anybody,
    within: '.opblock.is-open',
    open: async (page) => {
      await at(page, '/docs')
      await page.getByRole('button', { name: 'get /api/files', exact: true }).click()
      await expect(page.getByRole('button', { name: 'Execute' })).toBeVisible()
    },
  },
  {
    name: 'the schemas',
    visitor: anybody,
    within: 'section.models',
    open: async (page) => {
      await at(page, '/docs')
      await page.getByRole('button', { name: 'Schemas' }).click()
      await expect(page.getByRole('button', { name: 'Expand all' }).first()).toBeVisible()
    },
  },
  {
    name: 'a call that was refused',
    visitor: anybody,
    within: '.opblock.is-open',
    refusals: [401],
    open: async (page) => {
      await at(page, '/docs')
      await page.getByRole('button', { name: 'get /api/me', exact: true }).click()
      await page.getByRole('button', { name: 'Execute' }).click()
      await expect(page.getByText('"code": "unauthenticated"')).toBeVisible()
    },
  },
  {
    name: 'typing in a token to try calls with',
    visitor: anybody,
    within: '.dialog-ux',
    open: async (page) => {
      await at(page, '/docs')
      await page.getByRole('button', { name: 'Authorize' }).click()
      await expect(page.getByRole('heading', { name: 'Available authorizations' })).toBeVisible()
    },
  },
  { name: 'register', visitor: anybody, open: (page) => at(page, '/register') },
  {
    name: 'a registration that is refused',
    visitor: anybody,
    refusals: [422],
    open: async (page) => {
      await at(page, '/register')
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  { name: 'forgotten password', visitor: anybody, open: (page) => at(page, '/forgot-password') },
  {
    name: 'a forgotten password that was told',
    visitor: anybody,
    open: (page) => askForMail(page, '/forgot-password'),
  },
  { name: 'another link to confirm', visitor: anybody, open: (page) => at(page, '/check-mail') },
  {
    name: 'check your mail',
    visitor: anybody,
    open: async (page) => {
      await askForMail(page, '/check-mail')
      await page.getByRole('button', { name: 'Send it again' }).click()
      await expect(page.getByRole('status')).toContainText('Sent again')
    },
  },
  {
    name: 'an address that is confirmed',
    visitor: anybody,
    open: async (page) => {
      // What was mailed is not at hand here.
      await page.route('/api/auth/verify-email', (route) => route.fulfill({ status: 204 }))
      await at(page, '/verify-email#token=good', 'Your address is confirmed')
    },
  },
  {
    name: 'a link to confirm that does not work',
    visitor: anybody,
    refusals: [410],
    open: (page) => at(page, '/verify-email#token=made-up', 'does not work any more'),
  },
  {
    name: 'another password',
    visitor: anybody,
    open: (page) => at(page, '/reset-password#token=made-up', 'Choose another password'),
  },
  {
    name: 'a link to another password that does not work',
    visitor: anybody,
    open: (page) => at(page, '/reset-password', 'does not work any more'),
  },
  {
    name: 'settings',
    visitor: owner,
    open: async (page) => {
      await at(page, '/settings', 'Settings')
      await expect(page.getByText('This one')).toBeVisible()
    },
  },
  {
    name: 'a computer’s code',
    visitor: owner,
    open: (page) => at(page, '/device', 'Let a computer in'),
  },
  {
    name: 'a computer’s code that is none',
    visitor: owner,
    refusals: [404],
    open: async (page) => {
      await at(page, '/device?code=BCDF-GHJK', 'Let a computer in')
      await expect(page.getByRole('alert')).toContainText('No computer waits with this code')
    },
  },
  {
    name: 'a computer that asks to be let in',
    visitor: owner,
    open: (page, request) => askToBeLetIn(page, request),
  },
  {
    name: 'a computer that is let in',
    visitor: owner,
    open: async (page, request) => {
      await askToBeLetIn(page, request)
      await page.getByRole('button', { name: 'allow it' }).click()
      await expect(page.getByRole('heading', { name: 'It is let in' })).toBeVisible()
    },
  },
  {
    name: 'a computer that is refused',
    visitor: owner,
    open: async (page, request) => {
      await askToBeLetIn(page, request)
      await page.getByRole('button', { name: 'Refuse it' }).click()
      await expect(page.getByRole('heading', { name: 'It stays outside' })).toBeVisible()
    },
  },
  {
    name: 'settings with a token',
    visitor: owner,
    refusals: [422],
    open: async (page) => {
      await makeToken(page, 'files:write')
      await page.getByRole('button', { name: 'Done' }).click()
      await expect(page.getByRole('button', { name: 'Revoke: Nightly backup' })).toBeVisible()
      await page.getByRole('button', { name: 'Change password' }).click()
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  {
    name: 'making a token',
    visitor: owner,
    refusals: [422],
    open: async (page) => {
      await makeToken(page)
      await expect(page.getByRole('alert')).toContainText('at least one')
    },
  },
  {
    name: 'a token that was made',
    visitor: owner,
    open: async (page) => {
      await makeToken(page, 'files:read', 'files:write')
      await expect(page.getByRole('textbox', { name: 'Token' })).toBeVisible()
    },
  },
  {
    name: 'revoking a token',
    visitor: owner,
    open: async (page) => {
      await makeToken(page, 'files:write')
      await page.getByRole('button', { name: 'Done' }).click()
      await page.getByRole('button', { name: 'Revoke: Nightly backup' }).click()
      await expect(page.getByRole('dialog', { name: 'Revoke Nightly backup?' })).toBeVisible()
    },
  },
  { name: 'one more step', visitor: anybody, open: (page) => at(page, '/sign-in/second-factor') },
  {
    name: 'a sign-in at a provider that failed',
    visitor: anybody,
    open: async (page) => {
      await at(page, '/sign-in?problem=unavailable')
      await expect(page.getByText('They do not answer at the moment.')).toBeVisible()
    },
  },
  {
    name: 'setting up a second factor',
    visitor: owner,
    open: async (page, _request, account) => {
      await at(page, '/settings', 'Settings')
      await page.getByRole('button', { name: 'Set up' }).click()
      await page.getByLabel('Your password').fill(account.password)
      await page.getByRole('button', { name: 'Continue' }).click()
      await expect(page.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible()
    },
  },
]

/** Asks on that page for a mail, and sees that it was asked for. */
async function askForMail(page: Page, path: string) {
  await at(page, path)
  await page.getByLabel('Email').fill('nobody@example.org')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
}

/** Has the settings make an API token that may do so much. */
async function makeToken(page: Page, ...scopes: string[]) {
  await at(page, '/settings', 'Settings')
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Nightly backup')
  for (const scope of scopes) await page.getByRole('checkbox', { name: scope }).check()
  await page.getByRole('button', { name: 'Make the token' }).click()
}

/** Has a computer with as long a name as there is ask, and opens the page that it says. */
async function askToBeLetIn(page: Page, request: APIRequestContext) {
  const asked = await request.post('/api/device-logins', {
    data: { name: 'donaudampfschiff'.repeat(4) },
  })
  const { user_code } = (await asked.json()) as { user_code: string }
  await at(page, `/device?code=${user_code}`, 'Let this computer in?')
}
