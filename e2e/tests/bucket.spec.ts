/** Files in a bucket: what goes to it and comes from it straight, what passes through the server, and a bucket that is gone. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { APIRequestContext, Download, Page, Request } from '@playwright/test'
import { unzipSync } from 'fflate'
import { type Account, bearer, share, upload } from '../support/account.ts'
import { Bucket } from '../support/bucket.ts'
import { digests, downloadedDigests, randomFile, type SourceFile } from '../support/files.ts'
import { holdParts, partsTaken } from '../support/parts.ts'
import { startServer } from '../support/server.ts'
import { expect, test as base } from '../support/test.ts'

const MIB = 1024 * 1024
const PART = 8 * MIB

interface Fixtures {
  /** What the server is told besides where the bucket is. */
  variables: Record<string, string>
  /** Where the server keeps files. */
  bucket: Bucket
  /** The server, as pages name it. */
  origin: string
}

const test = base.extend<Fixtures>({
  variables: [{}, { option: true }],
  bucket: async ({}, use) => {
    const bucket = await Bucket.open()
    await use(bucket)
    await bucket.close()
  },
  origin: async ({ bucket, variables }, use) => {
    const server = await startServer(undefined, { ...bucket.variables, ...variables })
    await use(server.url)
    await server.stop()
  },
  baseURL: async ({ origin }, use) => {
    await use(origin)
  },
})

const uploads = (page: Page) => page.getByRole('region', { name: 'Uploads' }).getByRole('listitem')

async function choose(page: Page, file: SourceFile) {
  await page.goto('/upload')
  await expect(page.getByText('Up to 500 MB a file')).toBeVisible()
  await page.getByLabel('Choose files to upload').setInputFiles(file.path)
}

async function send(page: Page, file: SourceFile) {
  await choose(page, file)
  await expect(uploads(page)).toContainText('Uploaded')
}

/** Presses a button and waits for the first sign of the download. */
async function download(page: Page, button: string): Promise<Download> {
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: button, exact: true }).click()
  return started
}

async function choice(page: Page, file: SourceFile, action: string) {
  await page.getByRole('button', { name: `Actions for ${file.name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** Fetches a file of one's own and compares it. */
async function expectInLibrary(page: Page, file: SourceFile) {
  await page.goto('/files')
  const started = page.waitForEvent('download')
  await choice(page, file, 'Download')
  expect(await downloadedDigests([await started])).toEqual(await digests([file]))
}

/** The ids of the files in a library. */
async function filesOf(request: APIRequestContext, account: Account): Promise<string[]> {
  const answer = await request.get('/api/files', { headers: bearer(account) })
  return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id)
}

/** Bytes of all bodies that a page sends to an origin from now on. */
function bytesSent(page: Page): (origin: string) => Promise<number> {
  const finished: Request[] = []
  page.on('requestfinished', (request) => finished.push(request))
  return async (origin) => {
    const there = finished.filter((request) => new URL(request.url()).origin === origin)
    const sizes = await Promise.all(there.map((request) => request.sizes()))
    return sizes.reduce((sum, { requestBodySize }) => sum + requestBodySize, 0)
  }
}

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** SHA-256 of the digests of a content's parts. */
function digestOfParts(content: Buffer): string {
  const parts = Array.from({ length: Math.ceil(content.length / PART) }, (_, at) =>
    digest(content.subarray(at * PART, (at + 1) * PART)),
  )
  return digest(Buffer.from(parts.join(''), 'hex'))
}

test('a file goes from the page straight to the bucket, and from there to whoever has the link', async ({
  account,
  bucket,
  origin,
  person,
  request,
  signedIn,
}, testInfo) => {
  const file = await randomFile(testInfo.outputDir, 'film.mp4', 2 * PART + MIB)
  const page = await signedIn(account)

  await test.step('none of its bytes pass through the server', async () => {
    const sent = bytesSent(page)
    const taken = partsTaken(page)
    await send(page, file)
    expect([...taken].sort()).toEqual([1, 2, 3])
    await expect.poll(() => sent(bucket.url)).toBe(2 * PART + MIB)
    expect(await sent(origin)).toBeLessThan(64 * 1024)
  })

  await test.step('somebody with the link fetches it from the bucket', async () => {
    const receiver = await person()
    await receiver.goto(
      await share(request, account, { file_ids: await filesOf(request, account) }),
    )
    const downloaded = await download(receiver, 'Download')
    expect(new URL(downloaded.url()).origin).toBe(bucket.url)
    expect(await downloadedDigests([downloaded])).toEqual(await digests([file]))
    await expect(receiver.getByText('The download has started.')).toBeVisible()
  })

  await test.step('its owner sees that, and by what it is known', async () => {
    await page.goto('/files')
    await page.getByRole('link', { name: file.name }).click()
    const panel = page.getByRole('dialog', { name: file.name })
    const record = panel.getByRole('region', { name: 'Downloads' }).getByRole('listitem')
    await expect(record).toContainText('Fetched from storage directly')
    await expect(panel.getByText('SHA-256 of its parts (8 MB each)')).toBeVisible()
    await expect(panel.getByText(digestOfParts(await readFile(file.path)))).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('deleted, and taken out of the trash, it leaves nothing behind', async () => {
    expect(await bucket.files()).not.toEqual([])
    await choice(page, file, 'Delete')
    await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
    await page.goto('/trash')
    await page.getByRole('button', { name: 'Empty trash' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Empty trash' }).click()
    await expect.poll(() => bucket.files()).toEqual([])
  })
})

test('a bucket that is gone for a while is waited for', async ({
  account,
  bucket,
  consoles,
  signedIn,
}, testInfo) => {
  consoles.expectUnreachable()
  // What the server says where it cannot make another address.
  consoles.expectRefusals(503)
  const file = await randomFile(testInfo.outputDir, 'film.mp4', 2 * PART + MIB)
  const page = await signedIn(account)
  const taken = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part === 2)
  await choose(page, file)
  await expect.poll(() => [...taken].sort()).toEqual([1, 3])
  await bucket.pause()
  letThrough()
  await expect(uploads(page)).toContainText('Reconnecting')
  await bucket.resume()
  await expect(uploads(page)).toContainText('Uploaded')
  expect(taken).toHaveLength(3)
  await expectInLibrary(page, file)
})

test('a bucket that has forgotten what was sent is sent it anew', async ({
  account,
  bucket,
  consoles,
  signedIn,
}, testInfo) => {
  consoles.expectUnreachable()
  consoles.expectRefusals(404, 503)
  const file = await randomFile(testInfo.outputDir, 'film.mp4', 2 * PART + MIB)
  const page = await signedIn(account)
  const taken = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part === 2)
  await choose(page, file)
  await expect.poll(() => [...taken].sort()).toEqual([1, 3])
  await bucket.restart()
  letThrough()
  await expect(uploads(page)).toContainText('Uploaded')
  expect([...taken].sort()).toEqual([1, 1, 2, 3, 3])
  await expectInLibrary(page, file)
})

test('a bucket that is gone is no page that a download leads to', async ({
  account,
  bucket,
  consoles,
  person,
  request,
}) => {
  consoles.expectRefusals(503)
  const id = await upload(request, account, 'notes.txt', Buffer.from('remember'))
  const page = await person()
  await page.goto(await share(request, account, { file_ids: [id] }))
  await bucket.pause()
  const failed = await download(page, 'Download')
  expect(await failed.failure()).not.toBeNull()
  await expect(page.getByText('notes.txt')).toBeVisible()
  await bucket.resume()
  const downloaded = await download(page, 'Download')
  expect(new URL(downloaded.url()).origin).toBe(bucket.url)
  expect(await downloaded.failure()).toBeNull()
})

test('what a limited link leads to passes through the server, once', async ({
  account,
  consoles,
  origin,
  person,
  request,
  signedIn,
}, testInfo) => {
  consoles.expectRefusals(410)
  const file = await randomFile(testInfo.outputDir, 'film.mp4', PART + MIB)
  await send(await signedIn(account), file)
  const rules = { file_ids: await filesOf(request, account), max_downloads: 1 }
  const page = await person()
  await page.goto(await share(request, account, rules))
  const downloaded = await download(page, 'Download')
  expect(new URL(downloaded.url()).origin).toBe(origin)
  expect(await downloadedDigests([downloaded])).toEqual(await digests([file]))
  await page.reload()
  await expect(page.getByRole('heading', { name: 'This link is used up' })).toBeVisible()
})

test('several files come as one ZIP', async ({ account, person, request, signedIn }, testInfo) => {
  const notes = Buffer.from('remember')
  const film = await randomFile(testInfo.outputDir, 'film.mp4', PART + MIB)
  await send(await signedIn(account), film)
  // One that a form sends passes through the server.
  await upload(request, account, 'notes.txt', notes)
  const page = await person()
  await page.goto(await share(request, account, { file_ids: await filesOf(request, account) }))
  const archive = await download(page, 'Download all')
  const unpacked = Object.entries(unzipSync(await readFile(await archive.path())))
  expect(Object.fromEntries(unpacked.map(([name, content]) => [name, digest(content)]))).toEqual({
    ...(await digests([film])),
    'notes.txt': digest(notes),
  })
})

test.describe('where files are encrypted', () => {
  test.use({ variables: { ENCRYPTION_KEY: 'ab'.repeat(32) } })

  test('no page speaks to the bucket, and what lies there says nothing', async ({
    account,
    bucket,
    signedIn,
  }, testInfo) => {
    const file = await randomFile(testInfo.outputDir, 'film.mp4', PART + MIB)
    const page = await signedIn(account)
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await send(page, file)
    await expectInLibrary(page, file)
    expect([...asked]).not.toContain(bucket.url)

    const [stored, ...others] = await bucket.files()
    expect(others).toEqual([])
    const ciphertext = await readFile(stored ?? '')
    expect(ciphertext.length).toBeGreaterThan(PART + MIB)
    const content = await readFile(file.path)
    expect(ciphertext.includes(content.subarray(0, 32))).toBe(false)
  })
})
