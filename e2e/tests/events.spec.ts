/** Live updates: what somebody does in one page is seen in their others, and in nobody else's. */
import type { Page, WebSocket } from '@playwright/test'
import { bearer, createAccount, share, upload } from '../support/account.ts'
import { randomFile, type SourceFile } from '../support/files.ts'
import { holdParts } from '../support/parts.ts'
import { expect, test } from '../support/test.ts'

const PART = 8 * 1024 * 1024

const unfinished = (page: Page) =>
  page.getByRole('region', { name: 'Not finished' }).getByRole('listitem')
const files = (page: Page) => page.getByRole('table').getByRole('row')

/** Resolves once the page that is opened has been let in to live updates. */
async function listening(page: Page, open: () => Promise<unknown>): Promise<void> {
  // The page before may be about to have a line, too, of which nothing is heard any more once it is left.
  await page.goto('about:blank')
  const socket = page.waitForEvent('websocket', (socket) => socket.url().includes('/socket.io/'))
  await Promise.all([socket.then(isLetIn), open()])
}

async function isLetIn(socket: WebSocket): Promise<void> {
  await socket.waitForEvent('framereceived', ({ payload }) =>
    String(payload).startsWith('40/events,'),
  )
}

/** From the first answer on that has an upload, nothing is answered that a page asks about its uploads. */
async function answerOnce(page: Page) {
  let isAnswered = false
  await page.route(/\/api\/uploads\?/, async (route) => {
    if (isAnswered) return
    const response = await route.fetch()
    const { items } = (await response.json()) as { items: unknown[] }
    isAnswered = items.length > 0
    await route.fulfill({ response })
  })
}

async function choose(page: Page, file: SourceFile) {
  await page.goto('/upload')
  await expect(page.getByText('Up to 500 MB a file')).toBeVisible()
  await page.getByLabel('Choose files to upload').setInputFiles(file.path)
}

test('an upload in one page moves in another, and is in its library without a reload', async ({
  account,
  signedIn,
  request,
}, testInfo) => {
  const file = await randomFile(testInfo.outputDir, 'film.mp4', 3 * PART)
  const other = await createAccount(request)
  const sending = await signedIn(account)
  const watching = await signedIn(account)
  const library = await watching.context().newPage()
  const stranger = await signedIn(other)
  await listening(watching, () => watching.goto('/upload'))
  await listening(library, () => library.goto('/files'))
  await listening(stranger, () => stranger.goto('/upload'))
  await expect(library.getByText('No files yet')).toBeVisible()
  await expect(watching.getByText('Up to 500 MB a file')).toBeVisible()

  const hold = await holdParts(sending, () => true)
  // It asks once it is told that there is something; from then on it could ask as it likes. One that was asked before a
  // part came, and answered after it, would undo what was told of that part, until it asked again.
  await answerOnce(watching)
  let lines = 0
  watching.on('websocket', () => (lines += 1))
  await choose(sending, file)
  await expect(unfinished(watching)).toContainText(['0 bytes of 24 MB'])
  for (const part of [1, 2]) {
    hold((other) => other > part)
    await expect(unfinished(watching)).toContainText([`${8 * part} MB of 24 MB`])
  }
  expect(lines, 'all of it was told on the line that was there').toBe(0)
  hold()
  await expect(unfinished(watching)).toHaveCount(0)
  await expect(files(library).filter({ hasText: 'film.mp4' })).toHaveCount(1)

  await expect(unfinished(stranger)).toHaveCount(0)
  await listening(stranger, () => stranger.goto('/files'))
  await expect(stranger.getByText('No files yet')).toBeVisible()
})

test('what is renamed, linked to or removed elsewhere is seen here', async ({
  account,
  signedIn,
  request,
}) => {
  const id = await upload(request, account, 'report.pdf', Buffer.from('hello'))
  const page = await signedIn(account)
  await listening(page, () => page.goto('/files'))
  const row = (name: string) => files(page).filter({ hasText: name })
  await expect(row('report.pdf')).toHaveCount(1)
  const headers = bearer(account)
  await request.patch(`/api/files/${id}`, { headers, data: { name: 'final.pdf' } })
  await expect(row('final.pdf')).toHaveCount(1)
  await share(request, account, { file_ids: [id] })
  await expect(row('final.pdf')).toContainText('1 link')
  await request.delete(`/api/files/${id}`, { headers })
  await expect(page.getByText('No files yet')).toBeVisible()
})

test('whoever is signed out from elsewhere finds out at once', async ({
  account,
  signedIn,
  request,
  consoles,
}) => {
  consoles.expectRefusals(401)
  const page = await signedIn(account)
  await listening(page, () => page.goto('/files'))
  await request.delete('/api/me/sessions', { headers: bearer(account) })
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
})

test('nobody who is not signed in has a line', async ({ person }) => {
  const page = await person()
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await page.goto('/')
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible()
  await page.goto('/sign-in')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  expect(sockets).toEqual([])
})
