/** What is deleted lies in the trash, is taken back from there, or goes for good. */
import type { Page } from '@playwright/test'
import { bearer, upload } from '../support/account.ts'
import { choose, makeFolder, moveFiles, names, row } from '../support/library.ts'
import { expect, test } from '../support/test.ts'

const trashed = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const isEmpty = (page: Page) => page.getByText('The trash is empty')

let page: Page

test.beforeEach(async ({ account, request, signedIn }) => {
  const folder = await makeFolder(request, account, 'photos')
  const inner = await upload(request, account, 'lake.jpg', Buffer.alloc(2048, 'x'))
  await moveFiles(request, account, [inner], folder)
  await upload(request, account, 'notes.txt', Buffer.from('x'))
  page = await signedIn(account)
  await page.goto('/files')
  await expect(row(page, 'notes.txt')).toBeVisible()
})

test('several are deleted together, and come back by Undo', async () => {
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page
    .getByRole('region', { name: 'Selected' })
    .getByRole('button', { name: 'Delete' })
    .click()
  await expect(page.getByText('1 folder and 1 file moved to trash', { exact: true })).toBeVisible()
  await expect(page.getByText('No files yet')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => names(page)).toEqual(['photos', 'notes.txt'])
  await page.reload()
  await expect(row(page, 'photos')).toContainText('1 item')
})

test('a folder in the trash says what it takes and until when, and is restored with what lies in it', async () => {
  await choose(page, 'photos', 'Delete')
  await expect(row(page, 'photos')).toHaveCount(0)
  await page.getByRole('link', { name: 'Trash' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Trash' })).toBeVisible()
  await expect(trashed(page, 'photos')).toContainText('Folder, 1 file')
  await expect(trashed(page, 'photos')).toContainText('2 KB')
  await expect(trashed(page, 'photos')).toContainText('Deleted just now')
  await expect(trashed(page, 'photos')).toContainText(/in \d+ (hours|days|months)|next month/)
  await expect(page.getByText('Takes 2 KB of your storage')).toBeVisible()
  await page.getByRole('button', { name: 'Restore photos' }).click()
  await expect(isEmpty(page)).toBeVisible()
  await page.getByRole('link', { name: 'Back to your files' }).click()
  await page.getByRole('link', { name: 'photos', exact: true }).click()
  await expect(row(page, 'lake.jpg')).toBeVisible()
})

test('several are restored together', async () => {
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page
    .getByRole('region', { name: 'Selected' })
    .getByRole('button', { name: 'Delete' })
    .click()
  await expect(page.getByText('1 folder and 1 file moved to trash', { exact: true })).toBeVisible()
  await page.goto('/trash')
  await expect(trashed(page, 'photos')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page
    .getByRole('region', { name: 'Selected' })
    .getByRole('button', { name: 'Restore' })
    .click()
  await expect(isEmpty(page)).toBeVisible()
  await page.getByRole('link', { name: 'Back to your files' }).click()
  await expect.poll(() => names(page)).toEqual(['photos', 'notes.txt'])
})

test('what is deleted for good is asked about first, and gives its room back', async ({
  account,
  request,
}) => {
  const used = async () => {
    const me = await request.get('/api/me', { headers: bearer(account) })
    return ((await me.json()) as { used: number }).used
  }
  await page.getByRole('checkbox', { name: 'Select all' }).check()
  await page
    .getByRole('region', { name: 'Selected' })
    .getByRole('button', { name: 'Delete' })
    .click()
  await expect(page.getByText('1 folder and 1 file moved to trash', { exact: true })).toBeVisible()
  await page.goto('/trash')
  await page.getByRole('button', { name: 'Delete notes.txt for good' }).click()
  const one = page.getByRole('dialog', { name: 'Delete notes.txt for good?' })
  await one.getByRole('button', { name: 'Leave it' }).click()
  await expect(trashed(page, 'notes.txt')).toBeVisible()
  await page.getByRole('button', { name: 'Delete notes.txt for good' }).click()
  await one.getByRole('button', { name: 'Delete for good' }).click()
  // Behind a dialog there are no rows, whatever there is.
  await expect(one).toHaveCount(0)
  await expect(trashed(page, 'notes.txt')).toHaveCount(0)
  expect(await used()).toBe(2048)

  await page.getByRole('button', { name: 'Empty trash' }).click()
  const all = page.getByRole('dialog', { name: 'Empty the trash?' })
  await expect(all).toContainText('frees 2 KB')
  await all.getByRole('button', { name: 'Empty trash' }).click()
  await expect(isEmpty(page)).toBeVisible()
  expect(await used()).toBe(0)
})

test('what is put there elsewhere is seen here', async ({ account, request }) => {
  await page.goto('/trash')
  await expect(isEmpty(page)).toBeVisible()
  const headers = bearer(account)
  const files = await request.get('/api/files?q=notes', { headers })
  const { items } = (await files.json()) as { items: { id: string }[] }
  const data = { file_ids: items.map(({ id }) => id) }
  expect((await request.post('/api/trash', { headers, data })).status()).toBe(200)
  await expect(trashed(page, 'notes.txt')).toBeVisible()
})
