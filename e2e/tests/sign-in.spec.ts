/** The ways in besides a password alone: a provider of identities, a second factor, an invitation. */
import type { Page } from '@playwright/test'
import { TOTP } from 'otpauth'
import { newCredentials, signIn } from '../support/account.ts'
import { IdentityProvider } from '../support/identity-provider.ts'
import { expect, test } from '../support/test.ts'

/** The sheet of the settings about the second factor. */
function secondFactor(page: Page) {
  return page.getByRole('region', { name: 'Second factor' })
}

test.describe('with a provider of identities', () => {
  const identity = {
    sub: '42',
    email: 'ada@example.org',
    email_verified: true,
    name: 'Ada Lovelace',
  }
  const providerTest = test.extend({
    baseURL: async ({ serve }, use) => {
      const provider = await IdentityProvider.open(identity)
      await use((await serve(provider.variables)).url)
      await provider.close()
    },
  })

  providerTest('a stranger is in by a button, and is known the next time', async ({ person }) => {
    const page = await person()
    await page.goto('/sign-in?next=%2Fupload')
    await page.getByRole('button', { name: 'Continue with Google' }).click()
    await expect(page.getByRole('heading', { name: 'Upload', level: 1 })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Account: Ada.Lovelace' })).toBeVisible()
    await page.goto('/settings')
    const account = page.getByRole('region', { name: 'Your account' })
    await expect(account).toContainText('ada@example.org')
    await expect(account).toContainText('Confirmed')
    await expect(page.getByRole('region', { name: 'Password' })).toBeHidden()

    const elsewhere = await person()
    await elsewhere.goto('/register')
    await elsewhere.getByRole('button', { name: 'Continue with The house' }).click()
    await expect(elsewhere.getByRole('button', { name: 'Account: Ada.Lovelace' })).toBeVisible()
  })

  providerTest('what went wrong there is said', async ({ person }) => {
    const page = await person()
    await page.goto('/api/auth/house/callback?code=x&state=y')
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await expect(
      page.getByText('That took too long, or was begun in another browser.'),
    ).toBeVisible()
  })
})

test('a second factor is set up, asked for, stood in for, and turned off', async ({
  signedIn,
  person,
  account,
  consoles,
}) => {
  // A sign-in that waits for its second factor, and codes that are not right.
  consoles.expectRefusals(401, 422)
  const page = await signedIn(account)
  await page.goto('/settings')
  await secondFactor(page).getByRole('button', { name: 'Set up' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Your password').fill('not it')
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(dialog.getByRole('alert')).toContainText('not your password')
  await dialog.getByLabel('Your password').fill(account.password)
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(dialog.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible()
  const secret = await dialog.getByText(/^[A-Z2-7]{32}$/).innerText()
  const authenticator = new TOTP({ secret })
  await dialog.getByRole('textbox', { name: 'Code' }).fill('000000')
  await dialog.getByRole('button', { name: 'Turn on' }).click()
  await expect(dialog.getByRole('alert')).toContainText('not the code')
  await dialog.getByRole('textbox', { name: 'Code' }).fill(authenticator.generate())
  await dialog.getByRole('button', { name: 'Turn on' }).click()
  const codes = dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
  await expect(codes).toHaveCount(10)
  const [first = '', second = ''] = await codes.allInnerTexts()
  await dialog.getByRole('button', { name: 'I have kept them' }).click()
  await expect(secondFactor(page)).toContainText('On')

  const other = await person()
  await other.goto('/sign-in?next=%2Fsettings')
  await signIn(other, account)
  await expect(other.getByRole('heading', { name: 'One more step' })).toBeVisible()
  await other.getByRole('textbox', { name: 'Code' }).fill('000000')
  await other.getByRole('button', { name: 'Sign in' }).click()
  await expect(other.getByRole('alert')).toContainText('not the code')
  // The authenticator's own code of this half minute was used for turning it on.
  await other.getByRole('textbox', { name: 'Code' }).fill(first)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await expect(other.getByRole('heading', { name: 'Settings' })).toBeVisible()

  await secondFactor(other).getByRole('button', { name: 'Turn off' }).click()
  await other.getByRole('dialog').getByRole('textbox', { name: 'Code' }).fill(second)
  await other.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click()
  await expect(other.getByText('Your second factor is off.', { exact: true })).toBeVisible()
  await expect(secondFactor(other).getByRole('button', { name: 'Set up' })).toBeVisible()
})

test.describe('where one has to be invited', () => {
  const ADMIN = { email: 'root@example.org', password: 'nine wet geese on ice' }
  const invitedTest = test.extend({
    baseURL: async ({ serve }, use) => {
      const server = await serve({
        REGISTRATION: 'invited',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
      })
      await use(server.url)
    },
  })

  invitedTest(
    'an invitation lets somebody register, once',
    async ({ person, request, consoles }) => {
      consoles.expectRefusals(410)
      const signed = await request.post('/api/auth/login', { data: ADMIN })
      const { access_token } = (await signed.json()) as { access_token: string }
      const invited = await request.post('/api/admin/invitations', {
        data: { role: 'standard' },
        headers: { authorization: `Bearer ${access_token}` },
      })
      expect(invited.status()).toBe(201)
      const { hash } = new URL(((await invited.json()) as { url: string }).url)

      const page = await person()
      await page.goto('/sign-in')
      await expect(page.getByRole('link', { name: 'Create one' })).toBeHidden()
      await page.goto('/register')
      await expect(page.getByRole('heading', { name: 'You need an invitation' })).toBeVisible()

      const register = async (visitor: Page) => {
        const newcomer = newCredentials()
        await visitor.goto(`/register${hash}`)
        await visitor.getByLabel('Email').fill(newcomer.email)
        await visitor.getByLabel('Username').fill(newcomer.username)
        await visitor.getByLabel('Password').fill(newcomer.password)
        await visitor.getByRole('button', { name: 'Create account' }).click()
        return newcomer
      }
      const guest = await person()
      const { username } = await register(guest)
      await expect(guest.getByRole('button', { name: `Account: ${username}` })).toBeVisible()
      const late = await person()
      await register(late)
      await expect(late.getByRole('heading', { name: 'You need an invitation' })).toBeVisible()
    },
  )
})
