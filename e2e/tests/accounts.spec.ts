/** An account's own affairs: its address, its password, and what scripts sign in with. */
import type { APIRequestContext, Page } from '@playwright/test'
import { type Credentials, newCredentials, register, signIn } from '../support/account.ts'
import { linkIn, Mailbox } from '../support/mailbox.ts'
import { expect, test } from '../support/test.ts'

const NEW_PASSWORD = 'seven dry socks on a line'

/** Opens the settings of whoever is signed in. */
async function openSettings(page: Page) {
  await page.goto('/settings')
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
}

/** The sheet of the settings with that heading. */
function card(page: Page, name: string) {
  return page.getByRole('region', { name })
}

async function expectSignedIn(page: Page, { username }: Credentials) {
  await expect(page.getByRole('button', { name: `Account: ${username}` })).toBeVisible()
}

async function expectSignedOut(page: Page) {
  await page.goto('/settings')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
}

test.describe('where mail is sent', () => {
  const mailTest = test.extend<{ mailbox: Mailbox }>({
    mailbox: async ({}, use) => {
      const mailbox = await Mailbox.open()
      await use(mailbox)
      await mailbox.close()
    },
    baseURL: async ({ mailbox, serve }, use) => {
      await use((await serve({ SMTP_URL: mailbox.url })).url)
    },
  })

  mailTest(
    'a newcomer confirms their address, and signs in',
    async ({ person, mailbox, consoles }) => {
      // Signing in before the address is confirmed; and opening the link again.
      consoles.expectRefusals(403, 410)
      const newcomer = newCredentials()
      const page = await person()
      await page.goto('/register?next=%2Fupload')
      await page.getByLabel('Email').fill(newcomer.email)
      await page.getByLabel('Username').fill(newcomer.username)
      await page.getByLabel('Password').fill(newcomer.password)
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
      await expect(page.getByText(newcomer.email)).toBeVisible()
      await mailbox.next(newcomer.email)

      await page.getByRole('button', { name: 'Send it again' }).click()
      await expect(page.getByRole('status')).toContainText('Sent again')
      const link = linkIn(await mailbox.next(newcomer.email))

      // Too early, it leads to the same place.
      await page.getByRole('link', { name: 'I have done that: sign in' }).click()
      await signIn(page, newcomer)
      await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()

      const reader = await page.context().newPage()
      await reader.goto(link)
      await expect(reader.getByRole('heading', { name: 'Your address is confirmed' })).toBeVisible()
      await expect(reader).not.toHaveURL(/token/)
      const again = await page.context().newPage()
      await again.goto(link)
      await expect(again.getByRole('heading', { name: 'does not work any more' })).toBeVisible()
      await expect(again.getByRole('link', { name: 'Get a new link' })).toBeVisible()

      await page.getByRole('link', { name: 'I have done that: sign in' }).click()
      await signIn(page, newcomer)
      await expectSignedIn(page, newcomer)
      await expect(page.getByRole('heading', { name: 'Upload', level: 1 })).toBeVisible()
      await openSettings(page)
      await expect(card(page, 'Your account')).toContainText('Confirmed')
    },
  )

  mailTest(
    'who has an account is told so by mail, and by nobody else',
    async ({ person, mailbox, request, consoles }) => {
      consoles.expectRefusals(401)
      const { email } = await newcomerIn(request, mailbox)
      const page = await person()
      await page.goto('/register')
      await page.getByLabel('Email').fill(email)
      await page.getByLabel('Username').fill(newCredentials().username)
      await page.getByLabel('Password').fill(NEW_PASSWORD)
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
      expect((await mailbox.next(email)).subject).toBe('You have an account already')
    },
  )

  mailTest(
    'a forgotten password is replaced by mail, and other devices are signed out',
    async ({ person, signedIn, mailbox, request, consoles }) => {
      // A password that is too easy; and a device that is signed out from elsewhere hears of it from the server.
      consoles.expectRefusals(401, 422)
      const account = await newcomerIn(request, mailbox)
      const other = await signedIn(account)
      const page = await person()
      await page.goto('/sign-in')
      await page.getByRole('link', { name: 'Forgot your password?' }).click()
      // The page before has a field of that name, too.
      await expect(page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible()
      await page.getByLabel('Email').fill(account.email)
      await page.getByRole('button', { name: 'Send the link' }).click()
      await expect(page.getByText(`If ${account.email} has an account here`)).toBeVisible()

      await page.goto(linkIn(await mailbox.next(account.email)))
      const password = page.getByLabel('New password')
      await expect(password).toBeVisible()
      await expect(page).not.toHaveURL(/token/)
      await password.fill('password1')
      await page.getByRole('button', { name: 'Change password' }).click()
      await expect(page.getByRole('alert')).toContainText('others would guess')
      await password.fill(NEW_PASSWORD)
      await page.getByRole('button', { name: 'Change password' }).click()
      await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
      expect((await mailbox.next(account.email)).subject).toBe('Your password was changed')

      await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
      await signIn(page, { ...account, password: NEW_PASSWORD })
      await expectSignedIn(page, account)
      await expectSignedOut(other)
    },
  )

  mailTest('nobody is told whether an address has an account', async ({ person }) => {
    const page = await person()
    await page.goto('/forgot-password')
    await page.getByLabel('Email').fill('nobody@example.org')
    await page.getByRole('button', { name: 'Send the link' }).click()
    await expect(page.getByText('If nobody@example.org has an account here')).toBeVisible()
  })

  /** Somebody who has registered and confirmed their address. */
  async function newcomerIn(request: APIRequestContext, mailbox: Mailbox): Promise<Credentials> {
    const credentials = await register(request)
    const link = linkIn(await mailbox.next(credentials.email))
    const token = new URLSearchParams(link.split('#')[1]).get('token')
    const verified = await request.post('/api/auth/verify-email', { data: { token } })
    expect(verified.status()).toBe(204)
    return credentials
  }
})

test('a link in a mail that is not good is refused in words', async ({ person, consoles }) => {
  consoles.expectRefusals(410)
  const page = await person()
  await page.goto('/reset-password#token=made-up')
  await page.getByLabel('New password').fill(NEW_PASSWORD)
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByRole('heading', { name: 'does not work any more' })).toBeVisible()
  await page.getByRole('link', { name: 'Get a new link' }).click()
  await expect(page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible()
})

test('a password is changed: this browser goes on, and another one is out', async ({
  signedIn,
  account,
  consoles,
}) => {
  // A wrong password; and whoever is signed out from elsewhere hears of it from the server.
  consoles.expectRefusals(401, 422)
  const page = await signedIn(account)
  const besides = await page.context().newPage()
  await besides.goto('/files')
  await expectSignedIn(besides, account)
  const other = await signedIn(account)
  await openSettings(page)
  const password = card(page, 'Password')

  const change = async (current: string) => {
    await password.getByLabel('Current password').fill(current)
    await password.getByLabel('New password').fill(NEW_PASSWORD)
    await password.getByRole('button', { name: 'Change password' }).click()
  }
  await change('not the password')
  await expect(password.getByRole('alert')).toContainText('not your password')
  await change(account.password)
  await expect(page.getByText('Your password is changed.', { exact: true })).toBeVisible()
  await expect(password.getByLabel('Current password')).toHaveValue('')

  // Its list of sessions is asked for with the new one.
  await expect(card(page, 'Where you are signed in').getByRole('listitem')).toHaveCount(1)
  await besides.getByRole('link', { name: 'Upload', exact: true }).click()
  await besides.getByLabel('Choose files to upload').setInputFiles(REPORT)
  await expect(besides.getByRole('region', { name: 'Uploads' })).toContainText('Uploaded')
  for (const one of [page, besides]) {
    await one.reload()
    await expectSignedIn(one, account)
  }
  await expectSignedOut(other)
  await signIn(other, { ...account, password: NEW_PASSWORD })
  await expectSignedIn(other, account)
})

const REPORT = { name: 'report.txt', mimeType: 'text/plain', buffer: Buffer.from('all is well') }

test.describe('an API token', () => {
  /** Makes one that may do that, and returns it. */
  async function make(page: Page, name: string, scopes: string[]): Promise<string> {
    await card(page, 'API tokens').getByRole('button', { name: 'Make a token' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    for (const scope of scopes) await page.getByRole('checkbox', { name: scope }).check()
    await page.getByLabel('Expires').selectOption('In a year')
    await page.getByRole('button', { name: 'Make the token' }).click()
    return issued(page)
  }

  /** The token that the open dialog shows. */
  async function issued(page: Page): Promise<string> {
    const field = page.getByRole('textbox', { name: 'Token' })
    await expect(field).toHaveValue(/^sharesync_pat_/)
    const token = await field.inputValue()
    await page.getByRole('button', { name: 'Done' }).click()
    return token
  }

  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

  test('uploads, lists and downloads for a script until it is revoked', async ({
    signedIn,
    account,
    request,
  }) => {
    const page = await signedIn(account)
    await openSettings(page)
    const token = await make(page, 'Nightly backup', ['files:read', 'files:write'])
    const headers = bearer(token)

    const uploaded = await request.post('/api/upload', { headers, multipart: { file: REPORT } })
    expect(uploaded.status()).toBe(201)
    const { id } = (await uploaded.json()) as { id: string }
    const listed = await request.get('/api/files', { headers })
    expect(((await listed.json()) as { items: { id: string }[] }).items).toMatchObject([{ id }])
    const details = await request.get(`/api/files/${id}`, { headers })
    const { download_url } = (await details.json()) as { download_url: string }
    expect(await (await request.get(download_url)).text()).toBe('all is well')
    // It is for nothing else.
    expect((await request.get('/api/me/sessions', { headers })).status()).toBe(403)

    await page.reload()
    const row = card(page, 'API tokens').getByRole('listitem').filter({ hasText: 'Nightly backup' })
    for (const told of [token.slice(-4), 'files:read', 'used just now', 'expires in']) {
      await expect(row).toContainText(told)
    }
    await row.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke it' }).click()
    await expect(page.getByText('Nightly backup is revoked.', { exact: true })).toBeVisible()
    await expect(row).toBeHidden()
    expect((await request.get('/api/files', { headers })).status()).toBe(401)
  })

  test('is replaced by another that may do the same', async ({ signedIn, account, request }) => {
    const page = await signedIn(account)
    await openSettings(page)
    const old = await make(page, 'Reader', ['files:read'])
    const files = async (token: string) =>
      (await request.get('/api/files', { headers: bearer(token) })).status()
    const row = card(page, 'API tokens').getByRole('listitem').filter({ hasText: 'Reader' })

    await row.getByRole('button', { name: 'Replace' }).click()
    await page.getByRole('button', { name: 'Leave it' }).click()
    expect(await files(old)).toBe(200)
    await row.getByRole('button', { name: 'Replace' }).click()
    await page.getByRole('button', { name: 'Replace it' }).click()
    const fresh = await issued(page)
    expect(await Promise.all([files(old), files(fresh)])).toEqual([401, 200])
    await expect(row).toContainText(fresh.slice(-4))
  })

  test('is not made without a name and something to do', async ({
    signedIn,
    account,
    consoles,
  }) => {
    consoles.expectRefusals(422)
    const page = await signedIn(account)
    await openSettings(page)
    await card(page, 'API tokens').getByRole('button', { name: 'Make a token' }).click()
    await page.getByRole('button', { name: 'Make the token' }).click()
    await expect(page.getByRole('alert')).toContainText(/\w+ \w+/)
    await expect(page.getByRole('heading', { name: 'Make a token' })).toBeVisible()
  })
})

test.describe('where accounts only send files in', () => {
  const clientTest = test.extend({
    baseURL: async ({ serve }, use) => {
      await use((await serve({ DEFAULT_ROLE: 'client' })).url)
    },
  })

  clientTest('nothing is offered that would be refused', async ({ signedIn, account, request }) => {
    const page = await signedIn(account)
    await expect(page.getByRole('heading', { name: 'Upload', level: 1 })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Files', exact: true })).toBeHidden()
    await page.getByRole('link', { name: 'ShareSync' }).click()
    await page.getByRole('link', { name: 'Hand it in' }).click()
    await page.getByLabel('Choose files to upload').setInputFiles(REPORT)
    await expect(page.getByRole('region', { name: 'Uploads' })).toContainText('Uploaded')
    await expect(page.getByRole('button', { name: 'Create link' })).toBeHidden()

    await openSettings(page)
    await expect(card(page, 'Your account')).toContainText('Client')
    await card(page, 'API tokens').getByRole('button', { name: 'Make a token' }).click()
    await expect(page.getByRole('checkbox')).toHaveCount(1)
    await page.getByRole('textbox', { name: 'Name' }).fill('Scanner')
    await page.getByRole('button', { name: 'Make the token' }).click()
    const token = await page.getByRole('textbox', { name: 'Token' }).inputValue()
    const sent = await request.post('/api/upload', {
      headers: { Authorization: `Bearer ${token}` },
      multipart: { file: REPORT },
    })
    expect(sent.status()).toBe(201)
  })
})
