/** Files that arrive straight where their person wants them, and what is said about space before. */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BrowserContextOptions, LaunchOptions, Page, TestInfo } from '@playwright/test'
import type { ConsoleWatch } from '../support/console.ts'
import { choose, openWithFolder, treeDigests } from '../support/chosen-folder.ts'
import { digests, hollowFile, randomFile } from '../support/files.ts'
import type { Server } from '../support/server.ts'
import { expect, test as base } from '../support/test.ts'

const MIB = 1024 * 1024
const TIB = MIB * MIB

const status = (page: Page) => page.getByRole('status')

interface Receiving {
  /** Somebody who may save to a folder of theirs. */
  receiver: Page
  /** That folder. */
  folder: string
}

const test = base.extend<Receiving>({
  folder: async ({}, use, testInfo) => {
    const folder = testInfo.outputPath('chosen')
    await mkdir(folder, { recursive: true })
    await use(folder)
  },
  receiver: async ({ server, launchOptions, consoles, folder }, use, testInfo) => {
    const context = await receiving({ server, launchOptions, consoles, folder, testInfo })
    await use(await context.newPage())
    await context.close()
  },
})

async function receiving(parts: {
  server: Server
  launchOptions: LaunchOptions & BrowserContextOptions
  consoles: ConsoleWatch
  folder: string
  testInfo: TestInfo
}) {
  const { server, launchOptions, consoles, folder, testInfo } = parts
  const profile = testInfo.outputPath('profile')
  const options = { ...launchOptions, baseURL: server.url }
  const context = await openWithFolder(profile, server.url, folder, options)
  consoles.watch(context)
  return context
}

/** Offers files from the room page and returns the address to send to the other side. */
async function offer(sender: Page, files: string | readonly string[], label = 'Choose files') {
  await sender.goto('/p2p')
  const input = sender.getByLabel(label, { exact: true })
  await input.setInputFiles(typeof files === 'string' ? files : [...files])
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/#[\w-]{22}$/)
  return link.inputValue()
}

test('a folder arrives as a folder, and overwrites nothing', async ({
  person,
  receiver,
  folder,
}, testInfo) => {
  const source = testInfo.outputPath('source')
  await randomFile(path.join(source, 'photos'), 'cover.jpg', 3 * MIB + 5)
  await randomFile(path.join(source, 'photos', '2024', 'may'), 'a.jpg', 5000)
  await randomFile(path.join(source, 'photos', '2024', 'may'), 'empty.jpg', 0)
  await randomFile(path.join(source, 'photos'), 'what? “yes”: no.lnk', 700)
  await mkdir(path.join(folder, 'photos'))
  await writeFile(path.join(folder, 'photos', 'cover.jpg'), 'mine')

  const sender = await person()
  const link = await offer(sender, path.join(source, 'photos'), 'Choose a folder')
  let downloads = 0
  receiver.on('download', () => (downloads += 1))
  await receiver.goto(link)
  await expect(receiver.getByText('free here')).toBeVisible()
  await choose(receiver, folder)
  await receiver.getByRole('button', { name: 'Save to a folder …' }).click()
  await expect(status(receiver)).toContainText('Verified')
  await expect(receiver.getByText('Everything is in “chosen”')).toBeVisible()
  await expect(status(sender)).toContainText('Verified')

  const sent = await treeDigests(path.join(source, 'photos'))
  const { 'photos/cover.jpg': mine, ...arrived } = await treeDigests(folder)
  expect(mine, 'what was there is as it was').not.toBe(sent['cover.jpg'])
  expect(arrived).toEqual(
    Object.fromEntries(
      Object.entries(sent).map(([name, digest]) => [
        // What no browser writes is called otherwise.
        `photos (1)/${name.replace('what? “yes”: no.lnk', 'what_ _yes__ no.lnk_')}`,
        digest,
      ]),
    ),
  )
  expect(downloads).toBe(0)
})

test('one file arrives under the name that was chosen', async ({
  person,
  receiver,
  folder,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'report.bin', 9 * MIB + 1)
  const sender = await person()
  await receiver.goto(await offer(sender, file.path))
  await choose(receiver, folder)
  await receiver.getByRole('button', { name: 'Save as …' }).click()
  await expect(status(receiver)).toContainText('Verified')
  await expect(receiver.getByText('It is saved as “my report.bin”')).toBeVisible()
  const [digest] = Object.values(await digests([file]))
  expect(await treeDigests(folder)).toEqual({ 'my report.bin': digest })
})

test('nothing moves while somebody is choosing a folder, and nothing is lost when they do not', async ({
  person,
  receiver,
  folder,
}, testInfo) => {
  const source = testInfo.outputPath('source')
  const files = [await randomFile(source, 'a.bin', 2 * MIB), await randomFile(source, 'b.bin', 9)]
  const sender = await person()
  const link = await offer(
    sender,
    files.map((file) => file.path),
  )
  await receiver.goto(link)
  await receiver.evaluate(() => {
    const dialog = window as unknown as { dismiss: () => void; showDirectoryPicker: unknown }
    dialog.showDirectoryPicker = () =>
      new Promise((_, reject) => {
        dialog.dismiss = () => {
          reject(new DOMException('', 'AbortError'))
        }
      })
  })
  const accept = receiver.getByRole('button', { name: 'Save to a folder …' })
  await accept.click()
  await expect(status(sender)).toContainText('Waiting for them to accept')
  await receiver.evaluate(() => {
    ;(window as unknown as { dismiss: () => void }).dismiss()
  })
  await expect(status(receiver)).toContainText('Ready when you are')
  await choose(receiver, folder)
  await accept.click()
  await expect(status(receiver)).toContainText('Verified')
  expect(await treeDigests(folder)).toEqual(await digests(files))
})

test('a page that is loaded again asks for leave, and keeps the files that are there', async ({
  person,
  receiver,
  folder,
}, testInfo) => {
  test.setTimeout(120_000)
  const source = testInfo.outputPath('source')
  const files = [
    await randomFile(source, 'first.bin', 3 * MIB),
    await randomFile(source, 'second.bin', 64 * MIB),
  ]
  const sender = await person()
  const link = await offer(
    sender,
    files.map((file) => file.path),
  )
  await receiver.goto(link)
  await choose(receiver, folder)
  await receiver.getByRole('button', { name: 'Save to a folder …' }).click()
  const first = path.join(folder, 'first.bin')
  await expect.poll(async () => (await stat(first).catch(() => undefined))?.size).toBe(3 * MIB)
  const before = await stat(first)

  // As where the browser has not been told to remember: the page may not write until its person says so.
  await receiver.addInitScript(() => {
    const handle = FileSystemHandle.prototype as unknown as Record<string, unknown>
    let may: PermissionState = 'prompt'
    handle.queryPermission = () => Promise.resolve(may)
    handle.requestPermission = () => {
      may = navigator.userActivation.isActive ? 'granted' : 'denied'
      return Promise.resolve(may)
    }
  })
  receiver.on('dialog', (dialog) => void dialog.accept())
  await receiver.reload()
  await expect(status(receiver)).toContainText('Waiting for you')
  await receiver.getByRole('button', { name: 'Go on saving' }).click()
  await expect(status(receiver)).toContainText('Verified', { timeout: 90_000 })
  await expect(status(sender)).toContainText('Verified')
  expect(await treeDigests(folder)).toEqual(await digests(files))
  expect((await stat(first)).ino, 'it was not written again').toBe(before.ino)
})

test('what is cancelled in the middle leaves nothing half done', async ({
  person,
  receiver,
  folder,
}, testInfo) => {
  const source = testInfo.outputPath('source')
  await hollowFile(path.join(source, 'films'), 'endless.bin', 2048 * MIB)
  const sender = await person()
  await receiver.goto(await offer(sender, path.join(source, 'films'), 'Choose a folder'))
  await choose(receiver, folder)
  await receiver.getByRole('button', { name: 'Save to a folder …' }).click()
  const progress = receiver.getByRole('progressbar', { name: 'All files' })
  await expect(progress).toHaveAttribute('aria-valuenow', /^[1-9]/)
  await receiver.getByRole('button', { name: 'Cancel' }).click()
  await expect(status(sender)).toContainText('Cancelled')
  await expect.poll(() => readdir(folder)).toEqual([])
})

test('more than there is space for is not accepted, and the figures say why', async ({
  person,
  receiver,
}, testInfo) => {
  const file = await hollowFile(testInfo.outputPath('source'), 'huge.bin', 8 * TIB)
  const sender = await person()
  await receiver.goto(await offer(sender, file.path))
  await expect(receiver.getByText(/^8.TB offered, [\d.]+.[MGT]B free here\.$/)).toBeVisible()
  const accept = receiver.getByRole('button', { name: 'Accept' })
  await expect(accept).toBeDisabled()
  await expect(accept).toHaveAccessibleDescription(/free here/)
  await expect(receiver.getByRole('button', { name: 'Save as …' })).toBeEnabled()
})

test('more than the browser owns up to is accepted all the same', async ({ person }, testInfo) => {
  const file = await hollowFile(testInfo.outputPath('source'), 'large.bin', 12 * 1024 * MIB)
  const [sender, receiver] = [await person(), await person()]
  await receiver.goto(await offer(sender, file.path))
  await expect(receiver.getByText('It fits, as far as this browser tells.')).toBeVisible()
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(status(receiver)).toContainText('Receiving')
  const progress = receiver.getByRole('progressbar', { name: 'All files' })
  await expect(progress).toHaveAttribute('aria-valuenow', /^[1-9]/)
})
