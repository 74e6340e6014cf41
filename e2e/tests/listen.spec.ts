/** Pages that send files to a command which takes them: `sharesync listen`. */
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { MIXED } from '../support/browsers.ts'
import { Command } from '../support/command.ts'
import { digests, randomFile, type SourceFile } from '../support/files.ts'
import { connectionPath, pressAndPause, progress, status } from '../support/room.ts'
import { test as base } from '../support/test.ts'

const MIB = 1024 * 1024

interface Taker {
  readonly command: Command
  /** Where it puts what it takes. */
  readonly folder: string
  /** Starts it anew with what it remembers. */
  again(): Taker
}

/** With somebody who takes files until the story ends. */
const test = base.extend<{ listen: (...words: string[]) => Taker }>({
  listen: async ({ server }, use, testInfo) => {
    const commands: Command[] = []
    const start = (home: string, words: readonly string[]): Taker => {
      const all = ['listen', '--into', 'here', '--no-qr', ...words]
      const command = new Command(all, { server: server.url, folder: home })
      commands.push(command)
      return { command, folder: path.join(home, 'here'), again: () => start(home, words) }
    }
    await use((...words) => start(testInfo.outputPath(`taker ${commands.length}`), words))
    for (const command of commands) {
      command.signal('SIGINT')
      await command.ended()
    }
  },
})

/** Chooses files and sends them off. */
async function send(page: Page, ...files: SourceFile[]) {
  await page.getByLabel('Choose files').setInputFiles(files.map((file) => file.path))
  await page.getByRole('button', { name: /^Send \d+ files?$/ }).click()
}

/** What a folder has, by digests. */
async function arrived({ folder }: Taker): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true })
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return digests(
    files.map((entry) => {
      const whole = path.join(entry.parentPath, entry.name)
      return { name: path.relative(folder, whole), path: whole }
    }),
  )
}

test('a page sends a file and a folder to whoever takes them, by the link', async ({
  person,
  listen,
}, testInfo) => {
  const taker = listen()
  const page = await person()
  const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 12 * MIB + 1)
  const photos = testInfo.outputPath('photos')
  const inside = [
    await randomFile(photos, 'cover.jpg', 3000),
    await randomFile(path.join(photos, '2024'), 'may.jpg', 5000),
  ]
  await page.goto(await taker.command.link())
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Send files')
  await expect(status(page)).toContainText('Ready for your files')
  await page.getByLabel('Choose files').setInputFiles(file.path)
  await page.getByLabel('Choose a folder').setInputFiles(photos)
  await expect(page.getByText('3 files, 12 MB')).toBeVisible()
  await page.getByRole('button', { name: 'Send 3 files' }).click()
  await expect(status(page)).toContainText('Verified')
  await expect(connectionPath(page)).toHaveText('Direct')
  await expect(page.getByText('Checked with the key in the link')).toBeVisible()
  const [cover, may] = Object.values(await digests(inside))
  expect(await arrived(taker)).toEqual({
    ...(await digests([file])),
    'photos/cover.jpg': cover,
    'photos/2024/may.jpg': may,
  })
})

test('a page sends by the code, and more of it afterwards', async ({
  person,
  listen,
}, testInfo) => {
  const taker = listen()
  const source = testInfo.outputPath('source')
  const [first, second] = [
    await randomFile(source, 'first.bin', 300_000),
    await randomFile(source, 'second.bin', 200_000),
  ]
  const page = await person()
  await page.goto('/p2p')
  await page.getByRole('textbox', { name: 'Room code' }).fill(await taker.command.code())
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Send files')
  await send(page, first)
  await expect(status(page)).toContainText('Verified')
  await expect(page.getByText('Checked with the code')).toBeVisible()
  await page.getByRole('button', { name: 'Send something else' }).click()
  await send(page, second)
  await expect(status(page)).toContainText('Verified')
  expect(await arrived(taker)).toEqual(await digests([first, second]))
})

test(
  'what is not wanted is declined, and something else can be chosen',
  MIXED,
  async ({ sender, listen }, testInfo) => {
    const taker = listen('--allow', '*.pdf')
    const source = testInfo.outputPath('source')
    const [picture, paper] = [
      await randomFile(source, 'picture.jpg', 1000),
      await randomFile(source, 'paper.pdf', 1000),
    ]
    await sender.goto(await taker.command.link())
    await send(sender, picture)
    await expect(status(sender)).toContainText('Declined')
    await expect(sender.getByText('They chose not to take the files.')).toBeVisible()
    await sender.getByRole('button', { name: 'Send something else' }).click()
    await send(sender, paper)
    await expect(status(sender)).toContainText('Verified')
    expect(await arrived(taker)).toEqual(await digests([paper]))
  },
)

test('of two pages none is shown the other, or offered its files', async ({
  person,
  listen,
}, testInfo) => {
  const taker = listen()
  const link = await taker.command.link()
  const source = testInfo.outputPath('source')
  const pages = [await person(), await person()]
  for (const page of pages) {
    await page.goto(link)
    await expect(status(page)).toContainText('Ready for your files')
  }
  const [one, other] = pages as [Page, Page]
  const [mine, yours] = [
    await randomFile(source, 'mine.bin', 2 * MIB),
    await randomFile(source, 'yours.bin', 3 * MIB),
  ]
  await send(one, mine)
  await expect(status(one)).toContainText('Verified')
  await expect(status(other)).toContainText('Ready for your files')
  await expect(other.getByText('mine.bin')).toHaveCount(0)
  await expect(other.getByRole('button', { name: 'Accept' })).toHaveCount(0)
  for (const page of pages) {
    await expect(page.getByRole('region', { name: /^Transfer / })).toHaveCount(1)
  }
  await send(other, yours)
  await expect(status(other)).toContainText('Verified')
  await expect(one.getByText('yours.bin')).toHaveCount(0)
  expect(await arrived(taker)).toEqual(await digests([mine, yours]))
})

test('a page that is reloaded in the middle goes on with the same files', async ({
  person,
  listen,
}, testInfo) => {
  const taker = listen()
  const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 64 * MIB)
  const page = await person()
  await page.goto(await taker.command.link())
  await page.getByLabel('Choose files').setInputFiles(file.path)
  await pressAndPause(page, 'Send 1 file', 5)
  await expect(progress(page)).toHaveAttribute('aria-valuenow', /^[5-9]|\d\d/)
  await page.reload()
  await expect(page.getByText('It goes on where it stopped.')).toBeVisible()
  await page.getByLabel('Choose files').setInputFiles(file.path)
  await expect(status(page)).toContainText('Verified')
  expect(await arrived(taker)).toEqual(await digests([file]))
})

test('a page waits for one who takes files and is killed, and goes on with it', async ({
  person,
  listen,
}, testInfo) => {
  const taker = listen()
  const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 64 * MIB)
  const page = await person()
  const link = await taker.command.link()
  await page.goto(link)
  await page.getByLabel('Choose files').setInputFiles(file.path)
  await pressAndPause(page, 'Send 1 file', 5)
  await expect(progress(page)).toHaveAttribute('aria-valuenow', /^[5-9]|\d\d/)
  taker.command.signal('SIGKILL')
  await taker.command.ended()
  await expect(status(page)).toContainText('Waiting for them to come back')
  expect(await taker.again().command.link(), 'the same room').toBe(link)
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(status(page)).toContainText('Verified', { timeout: 120_000 })
  expect(await arrived(taker)).toEqual(await digests([file]))
})

test('a page says when whoever takes files is gone', async ({ person, listen }) => {
  const taker = listen()
  const page = await person()
  await page.goto(await taker.command.link())
  await expect(status(page)).toContainText('Ready for your files')
  taker.command.signal('SIGINT')
  await expect(status(page)).toContainText('Whoever takes files here is gone.')
  await expect(page.getByText('Ask them for a new link.')).toBeVisible()
  await expect(page.getByLabel('Choose files')).toHaveCount(0)
  await page.reload()
  await expect(status(page)).toContainText('Whoever takes files here is gone.')
})
