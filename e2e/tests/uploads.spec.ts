/** Uploads that are interrupted: by a lost line, a server that is killed, a reload, another day at another place. */
import type { Page } from '@playwright/test'
import { bearer, createAccount, signIn } from '../support/account.ts'
import { digests, downloadedDigests, randomFile, type SourceFile } from '../support/files.ts'
import { holdParts, leave, partsTaken } from '../support/parts.ts'
import { expect, test } from '../support/test.ts'
import { rememberedUploads } from '../support/upload-memory.ts'

const MIB = 1024 * 1024
const PART = 8 * MIB
const PARTS = 6

const uploads = (page: Page) => page.getByRole('region', { name: 'Uploads' }).getByRole('listitem')
const unfinished = (page: Page) =>
  page.getByRole('region', { name: 'Not finished' }).getByRole('listitem')

async function choose(page: Page, file: SourceFile) {
  await page.goto('/upload')
  await expect(page.getByText('Up to 500 MB a file')).toBeVisible()
  await page.getByLabel('Choose files to upload').setInputFiles(file.path)
}

/** Fetches the only file of a library and compares it. */
async function expectInLibrary(page: Page, file: SourceFile) {
  await page.goto('/files')
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: `Actions for ${file.name}` }).click()
  await page.getByRole('menuitem', { name: 'Download' }).click()
  expect(await downloadedDigests([await started])).toEqual(await digests([file]))
}

test('a reload in the middle goes on by itself, and sends nothing twice', async ({
  account,
  signedIn,
}, testInfo) => {
  const file = await randomFile(testInfo.outputDir, 'film.mp4', (PARTS - 1) * PART + 17)
  const page = await signedIn(account)
  const before = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part > 3)
  await choose(page, file)
  await expect.poll(() => [...before].sort()).toEqual([1, 2, 3])
  await expect(uploads(page)).toContainText('24 MB of 40 MB')
  // The copy is made beside the sending.
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 1, sessions: 1 })
  const after = partsTaken(page)
  await page.reload()
  letThrough()
  await expect(uploads(page)).toContainText('Uploaded', { timeout: 60_000 })
  expect([...after].sort()).toEqual([4, 5, 6])
  await expect(unfinished(page)).toHaveCount(0)

  // Nor does it go on once it has arrived.
  await page.reload()
  await expect(page.getByText('Up to 500 MB a file')).toBeVisible()
  await expect(uploads(page)).toHaveCount(0)
  await expectInLibrary(page, file)
})

test('a server that is killed and comes back has lost nothing, and the page goes on', async ({
  person,
  playwright,
  serve,
  consoles,
}, testInfo) => {
  consoles.expectUnreachable()
  const first = await serve()
  const request = await playwright.request.newContext({ baseURL: first.url })
  const account = await createAccount(request)
  await request.dispose()
  const page = await person({ baseURL: first.url })
  const file = await randomFile(testInfo.outputDir, 'film.mp4', PARTS * PART)
  await page.goto('/sign-in')
  await signIn(page, account)
  await expect(page.getByRole('button', { name: `Account: ${account.username}` })).toBeVisible()

  const taken = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part > 3)
  await choose(page, file)
  await expect.poll(() => [...taken].sort()).toEqual([1, 2, 3])
  await first.kill()
  letThrough()
  await expect(uploads(page)).toContainText('Reconnecting')

  await serve({ PORT: new URL(first.url).port })
  await expect(uploads(page)).toContainText('Uploaded', { timeout: 60_000 })
  expect([...taken].sort()).toEqual([1, 2, 3, 4, 5, 6])
  await expectInLibrary(page, file)
})

test('what was begun in one browser goes on in another when the file is chosen there', async ({
  account,
  signedIn,
}, testInfo) => {
  const file = await randomFile(testInfo.outputDir, 'film.mp4', PARTS * PART)
  const other = await randomFile(testInfo.outputDir, 'other.bin', 2 * PART)
  const one = await signedIn(account)
  const begun = partsTaken(one)
  await holdParts(one, (part) => part > 2)
  await choose(one, file)
  await one.getByLabel('Choose files to upload').setInputFiles(other.path)
  await expect.poll(() => [...begun].sort()).toEqual([1, 1, 2, 2])
  await expect(uploads(one).filter({ hasText: other.name })).toContainText('Uploaded')
  await leave(one)

  const page = await signedIn(account)
  const taken = partsTaken(page)
  await page.goto('/upload')
  await expect(unfinished(page)).toHaveCount(1)
  await expect(unfinished(page)).toContainText(['film.mp4'])
  await expect(unfinished(page)).toContainText(['16 MB of 48 MB'])
  await page.getByLabel('Choose files to upload').setInputFiles(file.path)
  await expect(unfinished(page)).toHaveCount(0)
  await expect(uploads(page)).toContainText('Uploaded', { timeout: 60_000 })
  expect([...taken].sort()).toEqual([3, 4, 5, 6])
  await expectInLibrary(page, file)
})

test('a file is sent once, however often and in whatever tab it is chosen', async ({
  account,
  signedIn,
}, testInfo) => {
  const file = await randomFile(testInfo.outputDir, 'film.mp4', PARTS * PART)
  const one = await signedIn(account)
  const before = partsTaken(one)
  await holdParts(one, (part) => part > 3)
  await choose(one, file)
  await expect.poll(() => [...before].sort()).toEqual([1, 2, 3])
  await one.getByLabel('Choose files to upload').setInputFiles(file.path)
  await expect(one.getByText('film.mp4 is being uploaded already.', { exact: true })).toBeVisible()
  await expect(uploads(one)).toHaveCount(1)

  const other = await one.context().newPage()
  const after = partsTaken(other)
  await other.goto('/upload')
  await expect(unfinished(other)).toContainText('24 MB of 48 MB')
  await other.getByLabel('Choose files to upload').setInputFiles(file.path)
  await expect(uploads(other)).toContainText('In another tab')
  await leave(one)
  await expect(uploads(other)).toContainText('Uploaded', { timeout: 60_000 })
  expect([...after].sort()).toEqual([4, 5, 6])

  // Nor is there anything left of either's to go on with.
  await other.reload()
  await expect(other.getByText('Up to 500 MB a file')).toBeVisible()
  await expect(unfinished(other)).toHaveCount(0)
  await expect(uploads(other)).toHaveCount(0)
  await expectInLibrary(other, file)
})

test('what is not wanted any more is discarded, and takes no room', async ({
  account,
  request,
  signedIn,
}, testInfo) => {
  const used = async () => {
    const me = await request.get('/api/me', { headers: bearer(account) })
    return ((await me.json()) as { used: number }).used
  }
  const file = await randomFile(testInfo.outputDir, 'film.mp4', 2 * PART)
  const one = await signedIn(account)
  const begun = partsTaken(one)
  await holdParts(one, (part) => part > 1)
  await choose(one, file)
  await expect.poll(() => begun).toEqual([1])
  await leave(one)

  const page = await signedIn(account)
  await page.goto('/upload')
  await expect(unfinished(page)).toHaveCount(1)
  expect(await used()).toBe(2 * PART)
  await page.getByRole('button', { name: 'Discard film.mp4' }).click()
  await expect(unfinished(page)).toHaveCount(0)
  expect(await used()).toBe(0)
})

test('whoever signs out leaves no copy of what they were sending', async ({
  account,
  signedIn,
  consoles,
}, testInfo) => {
  // What the page asks for just when it signs out.
  consoles.expectRefusals(401)
  const file = await randomFile(testInfo.outputDir, 'film.mp4', 2 * PART)
  const page = await signedIn(account)
  const taken = partsTaken(page)
  await holdParts(page, (part) => part > 1)
  await choose(page, file)
  await expect.poll(() => taken).toEqual([1])
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 1, sessions: 1 })
  await page.getByRole('button', { name: `Account: ${account.username}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 0, sessions: 0 })
})
