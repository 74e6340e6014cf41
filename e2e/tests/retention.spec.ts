/** For how long files are kept: chosen at upload, seen in the library, changed later, and within what one may. */
import type { Page } from '@playwright/test'
import { upload } from '../support/account.ts'
import { row } from '../support/library.ts'
import { expect, test } from '../support/test.ts'

/** Less than that, or more by a clock that the page looked at before. */
const IN_AN_HOUR = /in (60 minutes|1 hour)/
const IN_A_DAY = /in 24 hours|tomorrow/

const CONTENT = Buffer.from('content')

const keepFor = (page: Page) => page.getByLabel('Keep for')
const panel = (page: Page, file: string) => page.getByRole('dialog', { name: file })
const changing = (page: Page) => page.getByRole('dialog', { name: 'When it expires' })

/** What a control offers. */
const offered = (page: Page, label: string) =>
  page.getByLabel(label, { exact: true }).getByRole('option')

async function choose(page: Page, name: string) {
  await page
    .getByLabel('Choose files to upload')
    .setInputFiles({ name, mimeType: 'text/plain', buffer: CONTENT })
  await expect(page.getByRole('region', { name: 'Uploads' })).toContainText(name)
}

test('a file that is to last a day says so in the list, and is kept in time, on every device', async ({
  account,
  signedIn,
}) => {
  const page = await signedIn(account)
  await page.goto('/upload')
  await choose(page, 'usual.txt')
  await keepFor(page).selectOption('One day')
  await choose(page, 'short.txt')
  await expect(page.getByText('Uploaded', { exact: true })).toHaveCount(2)

  const phone = await signedIn(account)
  await phone.goto('/files')
  await expect(row(phone, 'short.txt')).toContainText(IN_A_DAY)
  await expect(row(phone, 'usual.txt')).not.toContainText('Expires')

  await page.goto('/files')
  await row(page, 'short.txt').getByRole('link', { name: 'short.txt' }).click()
  await expect(panel(page, 'short.txt')).toContainText(IN_A_DAY)
  await panel(page, 'short.txt').getByRole('button', { name: 'Keep', exact: true }).click()
  await expect(
    page.getByText('short.txt is kept until you delete it.', { exact: true }),
  ).toBeVisible()
  await expect(panel(page, 'short.txt')).toContainText('Kept untilyou delete it')
  await expect(row(phone, 'short.txt')).not.toContainText('Expires')

  await panel(page, 'short.txt').getByRole('button', { name: 'Change' }).click()
  await changing(page).getByLabel('Expires').selectOption('One hour from now')
  await changing(page).getByRole('button', { name: 'Save' }).click()
  await expect(changing(page)).toBeHidden()
  await expect(panel(page, 'short.txt')).toContainText(IN_AN_HOUR)
  await expect(row(phone, 'short.txt')).toContainText('Expires in')
})

test('what is chosen to be kept is', async ({ account, signedIn }) => {
  const page = await signedIn(account)
  await page.goto('/upload')
  await keepFor(page).selectOption('Until I delete it')
  await choose(page, 'forever.txt')
  await expect(page.getByText('Uploaded', { exact: true })).toBeVisible()
  await page.goto('/files')
  await row(page, 'forever.txt').getByRole('link', { name: 'forever.txt' }).click()
  await expect(panel(page, 'forever.txt')).toContainText('Kept untilyou delete it')
})

const ofClients = test.extend({
  baseURL: async ({ serve }, use) => {
    await use((await serve({ DEFAULT_ROLE: 'client' })).url)
  },
})

ofClients('a client chooses among what it may, and no longer', async ({ account, signedIn }) => {
  const page = await signedIn(account)
  await page.goto('/upload')
  await expect(offered(page, 'Keep for')).toHaveText([
    '7 days, as usual',
    'One hour',
    'One day',
    'Three days',
  ])
  await keepFor(page).selectOption('One hour')
  const completed = page.waitForResponse(/\/api\/uploads\/[^/]+\/complete$/)
  await choose(page, 'report.txt')
  const stored = (await (await completed).json()) as { created_at: number; expires_at: number }
  expect(stored.expires_at - stored.created_at).toBe(3_600_000)
  await expect(page.getByText('Handed in', { exact: true })).toBeVisible()
})

const withoutKeepers = test.extend({
  baseURL: async ({ serve }, use) => {
    await use((await serve({ KEEP_ROLES: 'none', FILE_EXPIRY_DAYS: '1' })).url)
  },
})

withoutKeepers(
  'whoever may not keep a file is offered what does not last longer than the server says',
  async ({ account, signedIn, request }) => {
    await upload(request, account, 'mine.txt', CONTENT)
    const page = await signedIn(account)
    await page.goto('/upload')
    await expect(offered(page, 'Keep for')).toHaveText(['1 day, as usual', 'One hour'])
    await page.goto('/files')
    await row(page, 'mine.txt').getByRole('link', { name: 'mine.txt' }).click()
    const opened = panel(page, 'mine.txt')
    await expect(opened).toContainText(IN_A_DAY)
    await expect(opened.getByRole('button', { name: 'Keep', exact: true })).toHaveCount(0)
    await opened.getByRole('button', { name: 'Change' }).click()
    await expect(offered(page, 'Expires')).toHaveText(['One hour from now'])
    await changing(page).getByRole('button', { name: 'Save' }).click()
    await expect(opened).toContainText(IN_AN_HOUR)
  },
)
