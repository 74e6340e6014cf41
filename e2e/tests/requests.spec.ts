/** File requests: others send files into a folder of somebody's, without an account. */
import type { Page } from '@playwright/test'
import { bearer, createAccount } from '../support/account.ts'
import { randomFile } from '../support/files.ts'
import { choose, makeFolder, row } from '../support/library.ts'
import { holdParts, partsTaken } from '../support/parts.ts'
import { ask, chooser, sent } from '../support/requests.ts'
import { expect, test } from '../support/test.ts'
import { rememberedUploads } from '../support/upload-memory.ts'

const MIB = 1024 * 1024
const PART = 8 * MIB

const picture = (name: string, size = 1000) => ({
  name,
  mimeType: 'image/png',
  buffer: Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(size)]),
})

const listed = (page: Page, title: string) =>
  page.getByRole('list', { name: 'Requests' }).getByRole('listitem').filter({ hasText: title })

/** Names of the files that a page tells the server of. */
function announced(page: Page): string[] {
  const names: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !/\/api\/requests\/[^/]+\/uploads$/.test(request.url()))
      return
    names.push((request.postDataJSON() as { name: string }).name)
  })
  return names
}

test('a stranger sends what was asked for, and nothing else, and it is seen to come', async ({
  account,
  signedIn,
  person,
  request,
  consoles,
}) => {
  // Whoever comes when all is there, and when it has ended, is told so.
  consoles.expectRefusals(404, 410)
  await makeFolder(request, account, 'Trip')
  const owner = await signedIn(account)
  await owner.goto('/files')
  await choose(owner, 'Trip', 'Request files')
  const dialog = owner.getByRole('dialog', { name: 'Request files' })
  await expect(dialog.getByRole('group', { name: 'Files go to' })).toContainText('Trip')
  await dialog.getByLabel('What you ask for').fill('Photos of the trip')
  await dialog.getByLabel('Message (optional)').fill('All of <b>them</b>, please.')
  await dialog.getByText('Limits').click()
  await dialog.getByLabel('Number of files (optional)').fill('2')
  await dialog.getByLabel('Largest file in MB (optional)').fill('1')
  await dialog.getByRole('checkbox', { name: 'Pictures' }).check()
  await dialog.getByRole('button', { name: 'Create request' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Request link' }).inputValue()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await owner.getByRole('link', { name: 'Requests' }).click()
  await expect(listed(owner, 'Photos of the trip')).toContainText('0 of 2 files')

  const stranger = await person()
  const names = announced(stranger)
  await stranger.goto(link)
  await expect(stranger.getByRole('heading', { level: 1 })).toHaveText(
    `${account.username} asks you for files`,
  )
  await expect(stranger.getByText('All of <b>them</b>, please.')).toBeVisible()
  const terms = stranger.getByLabel('What is taken')
  for (const term of ['Up to 1 MB each', 'Pictures', '2 more files'])
    await expect(terms).toContainText(term)
  await stranger.getByLabel('Your name (optional)').fill('Ann')
  await chooser(stranger, account).setInputFiles([
    picture('notes.txt'),
    picture('huge.png', 2 * MIB),
    picture('one.png'),
  ])
  const file = (name: string) => sent(stranger).filter({ hasText: name })
  await expect(file('notes.txt')).toContainText('Files of this type are not taken here.')
  await expect(file('huge.png')).toContainText('the limit here is 1 MB')
  await expect(file('one.png')).toContainText('Sent')
  await expect(stranger.getByText(`${account.username} has 1 file from you`)).toBeVisible()
  await expect(terms).toContainText('1 more file')

  await expect(listed(owner, 'Photos of the trip')).toContainText('1 of 2 files')
  await chooser(stranger, account).setInputFiles(picture('two.png'))
  await expect(stranger.getByText(`${account.username} has 2 files from you`)).toBeVisible()
  await expect(stranger.getByText('has all the files that were asked for')).toBeVisible()
  await expect(chooser(stranger, account)).toHaveCount(0)
  expect(names).toEqual(['one.png', 'two.png'])
  await expect(listed(owner, 'Photos of the trip')).toContainText('Full')
  const late = await person()
  await late.goto(link)
  await expect(late.getByRole('heading', { name: 'This request has all its files' })).toBeVisible()

  await listed(owner, 'Photos of the trip').getByRole('link', { name: 'Trip' }).click()
  await expect(row(owner, 'two.png')).toBeVisible()
  await owner.getByRole('link', { name: 'one.png', exact: true }).click()
  await expect(owner.getByText('Ann, through “Photos of the trip”')).toBeVisible()

  await owner.goto('/requests')
  await owner.getByRole('button', { name: 'End Photos of the trip' }).click()
  await owner.getByRole('button', { name: 'End request', exact: true }).click()
  await expect(owner.getByText('No requests yet')).toBeVisible()
  await late.reload()
  await expect(late.getByRole('heading', { name: 'Nobody asks for files here' })).toBeVisible()
})

test('what comes is seen in the folder without a reload', async ({
  account,
  signedIn,
  person,
  request,
}) => {
  const folder_id = await makeFolder(request, account, 'Trip')
  const { url } = await ask(request, account, { title: 'Photos', folder_id })
  const owner = await signedIn(account)
  await owner.goto(`/files/${folder_id}`)
  await expect(owner.getByText('This folder is empty')).toBeVisible()
  const stranger = await person()
  await stranger.goto(url)
  await chooser(stranger, account).setInputFiles(picture('one.png'))
  await expect(row(owner, 'one.png')).toBeVisible()
})

test('a request with a password shows nothing before it', async ({
  account,
  person,
  request,
  consoles,
}) => {
  consoles.expectRefusals(401)
  const { url } = await ask(request, account, { title: 'Contracts', password: 'open sesame' })
  const stranger = await person()
  await stranger.goto(url)
  await expect(stranger.getByRole('heading', { level: 1 })).toContainText(account.username)
  await expect(stranger.getByText('Contracts')).toHaveCount(0)
  const password = stranger.getByLabel('Password')
  await password.fill('open barley')
  await stranger.getByRole('button', { name: 'Unlock' }).click()
  await expect(stranger.getByText('That is not the password of this request.')).toBeVisible()
  await password.fill('open sesame')
  await stranger.getByRole('button', { name: 'Unlock' }).click()
  await expect(stranger.getByText('Contracts')).toBeVisible()
  await chooser(stranger, account).setInputFiles(picture('one.png'))
  await expect(sent(stranger)).toContainText('Sent')
})

test('another password is asked for once it is another, and what has failed goes on', async ({
  account,
  person,
  request,
  consoles,
}) => {
  consoles.expectRefusals(401)
  const { url, slug } = await ask(request, account, { title: 'Contracts', password: 'sesame' })
  const stranger = await person()
  await stranger.goto(url)
  const unlock = async (password: string) => {
    await stranger.getByLabel('Password').fill(password)
    await stranger.getByRole('button', { name: 'Unlock' }).click()
  }
  await unlock('sesame')
  await expect(chooser(stranger, account)).toBeVisible()
  await request.patch(`/api/requests/${slug}`, {
    headers: bearer(account),
    data: { password: 'barley' },
  })
  await chooser(stranger, account).setInputFiles(picture('one.png'))
  await expect(sent(stranger)).toContainText('This request has another password now.')
  await unlock('barley')
  await expect(sent(stranger)).toContainText('Sent')
})

test('who guesses passwords too often is told for how long to wait', async ({
  person,
  playwright,
  serve,
  consoles,
}) => {
  consoles.expectRefusals(401, 429)
  const server = await serve({ RATE_LIMIT_SHARE_PASSWORD: '1/min' })
  const api = await playwright.request.newContext({ baseURL: server.url })
  const owner = await createAccount(api)
  const { url } = await ask(api, owner, { title: 'Contracts', password: 'open sesame' })
  await api.dispose()
  const stranger = await person({ baseURL: server.url })
  await stranger.goto(new URL(url).pathname)
  await stranger.getByLabel('Password').fill('open barley')
  const unlock = stranger.getByRole('button', { name: 'Unlock' })
  await unlock.click()
  await expect(stranger.getByRole('alert')).toContainText('not the password')
  await unlock.click()
  await expect(stranger.getByRole('alert')).toHaveText(/Try again in \d+ s|Try again in 1 min/)
})

test('a reload in the middle goes on by itself, and sends nothing twice', async ({
  account,
  person,
  request,
}, testInfo) => {
  const film = await randomFile(testInfo.outputDir, 'film.bin', 4 * PART)
  const { url } = await ask(request, account, { title: 'Films', password: 'sesame' })
  const page = await person()
  const before = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part > 2)
  await page.goto(url)
  await page.getByLabel('Password').fill('sesame')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await chooser(page, account).setInputFiles(film.path)
  await expect.poll(() => [...before].sort()).toEqual([1, 2])
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 1, sessions: 1 })
  const after = partsTaken(page)
  await page.reload()
  letThrough()
  // What is under way needs no password any more.
  await expect(sent(page)).toContainText('Sent', { timeout: 60_000 })
  expect([...after].sort()).toEqual([3, 4])
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 0, sessions: 0 })
})

test('what there is no room to copy is chosen again after a reload, and goes on', async ({
  account,
  person,
  request,
}, testInfo) => {
  const film = await randomFile(testInfo.outputDir, 'film.bin', 4 * PART)
  const { url } = await ask(request, account, { title: 'Films' })
  const page = await person()
  await page.addInitScript(() => {
    navigator.storage.estimate = () => Promise.resolve({ quota: 0, usage: 0 })
  })
  page.on('dialog', (dialog) => void dialog.accept())
  const before = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part > 2)
  await page.goto(url)
  await chooser(page, account).setInputFiles(film.path)
  await expect.poll(() => [...before].sort()).toEqual([1, 2])
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 1, sessions: 1 })
  const after = partsTaken(page)
  await page.reload()
  letThrough()
  await expect(sent(page)).toContainText('choose this file again')
  await chooser(page, account).setInputFiles(film.path)
  await expect(sent(page)).toContainText('Sent', { timeout: 60_000 })
  expect([...after].sort()).toEqual([3, 4])
  await expect(sent(page)).toHaveCount(1)
})

test('a file waits while it is paused, and goes on where it was', async ({
  account,
  person,
  request,
}, testInfo) => {
  const film = await randomFile(testInfo.outputDir, 'film.bin', 4 * PART)
  const { url } = await ask(request, account, { title: 'Films' })
  const page = await person()
  const taken = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part > 2)
  await page.goto(url)
  await chooser(page, account).setInputFiles(film.path)
  await expect.poll(() => [...taken].sort()).toEqual([1, 2])
  await page.getByRole('button', { name: 'Pause film.bin' }).click()
  await expect(sent(page)).toContainText('Paused')
  letThrough()
  await page.getByRole('button', { name: 'Resume film.bin' }).click()
  await expect(sent(page)).toContainText('Sent', { timeout: 60_000 })
  expect([...taken].sort()).toEqual([1, 2, 3, 4])
})

test('no address and no log has the key of an upload, or what the password gave', async ({
  account,
  person,
  request,
}) => {
  const { url } = await ask(request, account, { title: 'Films', password: 'sesame' })
  const page = await person()
  const secrets: string[] = []
  const seen: string[] = []
  page.on('request', (request) => seen.push(request.url()))
  page.on('console', (message) => seen.push(message.text()))
  const learn = async (path: string, name: 'pass' | 'key') => {
    const answer = await page.waitForResponse((response) => response.url().endsWith(path))
    secrets.push(((await answer.json()) as Record<typeof name, string>)[name])
  }
  await page.goto(url)
  const learned = [learn('/unlock', 'pass'), learn('/uploads', 'key')]
  await page.getByLabel('Password').fill('sesame')
  await page.getByRole('button', { name: 'Unlock' }).click()
  await chooser(page, account).setInputFiles(picture('one.png'))
  await expect(sent(page)).toContainText('Sent')
  await Promise.all(learned)
  expect(secrets).toHaveLength(2)
  for (const secret of secrets) expect(seen.filter((text) => text.includes(secret))).toEqual([])
})

test('a request is changed while it is out', async ({ account, signedIn, person, request }) => {
  const { url } = await ask(request, account, { title: 'Photos', max_files: 1 })
  const owner = await signedIn(account)
  await owner.goto('/requests')
  await owner.getByRole('button', { name: 'Edit Photos' }).click()
  const dialog = owner.getByRole('dialog', { name: 'Edit request' })
  await dialog.getByLabel('What you ask for').fill('Archives')
  await dialog.getByText('Limits').click()
  await dialog.getByLabel('Number of files (optional)').fill('')
  const others = dialog.getByLabel('Other types (optional)')
  await others.fill('zip')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByText('“zip” is no media type.')).toBeVisible()
  await others.fill('application/zip')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(listed(owner, 'Archives')).toContainText('only ZIPs')

  const stranger = await person()
  await stranger.goto(url)
  await expect(stranger.getByText('Archives')).toBeVisible()
  const terms = stranger.getByLabel('What is taken')
  await expect(terms).toContainText('ZIPs')
  await expect(terms).not.toContainText('How many')
})

test('that there is no room is told without saying how much there is', async ({
  person,
  playwright,
  serve,
  consoles,
}) => {
  consoles.expectRefusals(507)
  const server = await serve({ USER_QUOTA: String(MIB) })
  const api = await playwright.request.newContext({ baseURL: server.url })
  const account = await createAccount(api)
  const { url } = await ask(api, account, { title: 'Photos' })
  await api.dispose()
  const stranger = await person({ baseURL: server.url })
  await stranger.goto(new URL(url).pathname)
  await chooser(stranger, account).setInputFiles(picture('one.png', MIB))
  await expect(sent(stranger)).toContainText(`${account.username} has no room for this file.`)
  await expect(sent(stranger)).not.toContainText('storage')
})

test('whoever is signed in sends as anybody does, and none of it is taken for theirs', async ({
  account,
  signedIn,
  request,
}, testInfo) => {
  const film = await randomFile(testInfo.outputDir, 'film.bin', 2 * PART)
  const asker = await createAccount(request)
  const { url } = await ask(request, asker, { title: 'Films' })
  const page = await signedIn(account)
  const authorized: string[] = []
  page.on('request', (request) => {
    const { authorization = '' } = request.headers()
    if (request.url().includes('/api/requests/')) authorized.push(authorization.slice(0, 10))
  })
  const taken = partsTaken(page)
  const letThrough = await holdParts(page, (part) => part > 1)
  await page.goto(url)
  await chooser(page, asker).setInputFiles(film.path)
  await expect.poll(() => taken).toEqual([1])
  await expect.poll(() => rememberedUploads(page)).toEqual({ files: 1, sessions: 1 })
  // A session's token is a JWT, which begins so; an upload's key is none.
  expect(authorized.length).toBeGreaterThan(2)
  expect(authorized.filter((header) => header.startsWith('Bearer eyJ'))).toEqual([])

  await page.goto('/upload')
  await expect(page.getByText('Up to 500 MB a file')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Uploads' })).toHaveCount(0)
  await page.getByRole('button', { name: `Account: ${account.username}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await page.goto(url)
  letThrough()
  await expect(sent(page)).toContainText('Sent', { timeout: 60_000 })
  expect(taken).toEqual([1, 2])
})
