/** Files between a page and the command: the same rooms, links and codes, both ways. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Page, TestInfo } from '@playwright/test'
import { signIn } from '../support/account.ts'
import { FIREFOX_RECEIVES, MIXED } from '../support/browsers.ts'
import { Command } from '../support/command.ts'
import { digests, randomFile } from '../support/files.ts'
import { acceptAndPause, connectionPath, offer, progress, status } from '../support/room.ts'
import { expect, test } from '../support/test.ts'
import { blockUdp } from '../support/udp.ts'

const MIB = 1024 * 1024

/** Accepts what a command offers on the page of its link. */
async function take(page: Page, link: string) {
  await page.goto(link)
  await page.getByRole('button', { name: 'Accept' }).click()
}

/** The files that have arrived in a folder, by their digests. */
async function arrived(folder: string, names: readonly string[]) {
  return digests(names.map((name) => ({ name, path: path.join(folder, name) })))
}

/** Bytes that are on the disk in what a command works on, which has another name until it is whole. */
async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = files.map(
    async (file) => (await stat(path.join(file.parentPath, file.name))).blocks,
  )
  return (await Promise.all(sizes)).reduce((sum, blocks) => sum + blocks * 512, 0)
}

const surroundings = (server: { url: string }, testInfo: TestInfo, folder: string) => ({
  server: server.url,
  folder: testInfo.outputPath(folder),
})

test(
  'what the command sends arrives on a page, by its link',
  FIREFOX_RECEIVES,
  async ({ server, receiver, received }, testInfo) => {
    const file = await randomFile(testInfo.outputPath('source'), 'from a terminal.bin', 8 * MIB + 5)
    const command = new Command(['send', file.path], surroundings(server, testInfo, 'sender'))
    await take(receiver, await command.link())
    await expect(status(receiver)).toContainText('Verified')
    await expect(connectionPath(receiver)).toHaveText('Direct')
    await expect.poll(received).toEqual(await digests([file]))
    expect(await command.ended(), command.said).toBe(0)
    expect(command.said).toContain('delivered and verified: 1 file, 8.0 MiB')
  },
)

test('a page joins by the code that the command says', async ({ server, person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'by a code.bin', 300_000)
  const command = new Command(['send', file.path], surroundings(server, testInfo, 'sender'))
  const page = await person()
  await page.goto('/p2p')
  await page.getByRole('textbox', { name: 'Room code' }).fill(await command.code())
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByRole('button', { name: 'Accept' }).click()
  await expect(status(page)).toContainText('Verified')
  await expect(page.getByText('Checked with the code')).toBeVisible()
  expect(await command.ended(), command.said).toBe(0)
})

test('what a page declines is told to the command', async ({ server, person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'unwanted.bin', 1000)
  const command = new Command(['send', file.path], surroundings(server, testInfo, 'sender'))
  const page = await person()
  await page.goto(await command.link())
  await page.getByRole('button', { name: 'Decline' }).click()
  expect(await command.ended()).toBe(4)
  expect(command.said).toContain('the files were declined')
})

test(
  'what a page sends arrives where the command puts it, folders too',
  MIXED,
  async ({ server, sender }, testInfo) => {
    const source = testInfo.outputPath('source')
    const files = [
      await randomFile(source, 'first.bin', 12 * MIB + 1),
      await randomFile(source, 'second.bin', 0),
    ]
    const link = await offer(
      sender,
      files.map((file) => file.path),
    )
    const command = new Command(
      ['receive', '--yes', '--output', 'here', link],
      surroundings(server, testInfo, 'receiver'),
    )
    expect(await command.ended(), command.said).toBe(0)
    await expect(status(sender)).toContainText('Verified')
    const here = testInfo.outputPath('receiver', 'here')
    expect(await arrived(here, ['first.bin', 'second.bin'])).toEqual(await digests(files))
    expect((await readdir(here)).sort(), 'nothing else is there').toEqual([
      'first.bin',
      'second.bin',
    ])
  },
)

test('the command takes a whole folder by a page’s code', async ({ server, person }, testInfo) => {
  const folder = testInfo.outputPath('photos')
  const [cover, may] = [
    await randomFile(folder, 'cover.jpg', 3000),
    await randomFile(path.join(folder, '2024', 'may'), 'a.jpg', 5000),
  ]
  const page = await person()
  await page.goto('/p2p')
  await page.getByLabel('Choose a folder').setInputFiles(folder)
  const code = await page.getByText(/^[1-9]\d{3,}-[a-z]+-[a-z]+$/).innerText()
  const words = ['receive', '--yes', ...code.split('-')]
  const command = new Command(words, surroundings(server, testInfo, 'receiver'))
  expect(await command.ended(), command.said).toBe(0)
  await expect(status(page)).toContainText('Verified')
  const there = testInfo.outputPath('receiver', 'photos')
  const names = ['cover.jpg', '2024/may/a.jpg']
  const expected = Object.values(await digests([cover, may]))
  expect(Object.values(await arrived(there, names))).toEqual(expected)
})

test('a command that is killed in the middle goes on', async ({ server, person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 64 * MIB)
  const page = await person()
  const link = await offer(page, [file.path])
  const words = ['receive', '--yes', '--output', 'here', link]
  const here = testInfo.outputPath('receiver', 'here')
  await mkdir(here, { recursive: true })
  const first = new Command(words, surroundings(server, testInfo, 'receiver'))
  await expect.poll(() => bytesUnder(here)).toBeGreaterThan(8 * MIB)
  first.signal('SIGKILL')
  expect(await first.ended()).toBeNull()
  const second = new Command(words, surroundings(server, testInfo, 'receiver'))
  expect(await second.ended(), second.said).toBe(0)
  await expect(status(page)).toContainText('Verified')
  expect(await arrived(here, ['large.bin'])).toEqual(await digests([file]))
})

test('a page waits for a command that sends and is killed, and goes on with it', async ({
  server,
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 64 * MIB)
  const words = ['send', file.path]
  const first = new Command(words, surroundings(server, testInfo, 'sender'))
  const page = await person()
  const link = await first.link()
  await page.goto(link)
  await acceptAndPause(page, 5)
  await expect(progress(page)).toHaveAttribute('aria-valuenow', /^[5-9]|\d\d/)
  first.signal('SIGKILL')
  await first.ended()
  const second = new Command(words, surroundings(server, testInfo, 'sender'))
  expect(await second.link(), 'the same room').toBe(link)
  await page.getByRole('button', { name: 'Resume' }).click()
  const download = page.waitForEvent('download')
  await expect(status(page)).toContainText('Verified', { timeout: 120_000 })
  expect((await download).suggestedFilename()).toBe('large.bin')
  expect(await second.ended(), second.said).toBe(0)
})

test('the relay carries it where nothing else gets through', async ({
  server,
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'through.bin', 6 * MIB + 7)
  const page = await person()
  await page.addInitScript(blockUdp)
  const command = new Command(['send', file.path], surroundings(server, testInfo, 'sender'))
  const download = page.waitForEvent('download')
  await take(page, await command.link())
  await expect(page.getByText('Relay')).toBeVisible()
  await expect(status(page)).toContainText('Verified', { timeout: 120_000 })
  expect((await download).suggestedFilename()).toBe('through.bin')
  expect(await command.ended(), command.said).toBe(0)
})

test('a command that is interrupted says so to the page', async ({ server, person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'given up.bin', 64 * MIB)
  const command = new Command(['send', file.path], surroundings(server, testInfo, 'sender'))
  const page = await person()
  await page.goto(await command.link())
  await acceptAndPause(page, 2)
  command.signal('SIGINT')
  await expect(status(page)).toContainText('Cancelled')
  expect(await command.ended()).toBe(130)
})

test('what a page writes beside the files is shown in the terminal', async ({
  server,
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'talked about.bin', 1000)
  const command = new Command(['send', file.path], surroundings(server, testInfo, 'sender'))
  const page = await person()
  await page.goto(await command.link())
  await page.getByRole('textbox', { name: 'Message' }).fill('Is this the latest one?')
  await page.getByRole('button', { name: 'Send message' }).click()
  await expect.poll(() => command.said).toContain('They write: Is this the latest one?')
  await page.getByRole('button', { name: 'Accept' }).click()
  expect(await command.ended(), command.said).toBe(0)
})

test('somebody who is not signed in lets the command in by the page that it says', async ({
  server,
  person,
  account,
}, testInfo) => {
  const command = new Command(['login'], surroundings(server, testInfo, 'computer'))
  const [link, code] = [await command.link(), await command.code()]
  const page = await person()
  await page.goto(link)
  await expect(page.getByText('Then you can let the computer in')).toBeVisible()
  await signIn(page, account)
  await expect(page.getByRole('heading', { name: 'Let this computer in?' })).toBeFocused()
  await expect(page.getByText(code, { exact: true })).toBeVisible()
  await expect(page.getByText('Upload, rename and delete files')).toBeVisible()
  await page.getByRole('button', { name: 'The code is the same: allow it' }).click()
  await expect(page.getByRole('heading', { name: 'It is let in' })).toBeFocused()
  expect(await command.ended(), command.said).toBe(0)
  const who = new Command(['whoami'], surroundings(server, testInfo, 'computer'))
  expect(await who.ended(), who.said).toBe(0)
  await page.goto('/settings')
  await expect(page.getByText(/^sharesync on /)).toBeVisible()
})

test('a code that is typed leads to the computer, and a refusal is told to the command', async ({
  server,
  signedIn,
  account,
}, testInfo) => {
  const command = new Command(['login'], surroundings(server, testInfo, 'computer'))
  const code = await command.code()
  const page = await signedIn(account)
  await page.goto('/device')
  await page.getByRole('textbox', { name: 'Code' }).fill(code.toLowerCase().replace('-', ' '))
  await page.keyboard.press('Enter')
  await expect(page.getByText(code, { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Refuse it' }).click()
  await expect(page.getByRole('heading', { name: 'It stays outside' })).toBeFocused()
  expect(await command.ended()).toBe(4)
  expect(command.said).toContain('this computer was refused in the browser')
})
