/** What a transfer leaves behind: nothing on the server, and next to nothing in the browsers. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { randomFile } from '../support/files.ts'
import { startServer } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

const NAME = 'for nobody else.bin'

/** Sends a file all the way, and returns the room's name and key. */
async function transfer(sender: Page, receiver: Page, folder: string, address = '') {
  const file = await randomFile(folder, NAME, 300_000)
  await sender.goto(`${address}/p2p`)
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/#/)
  const [, room = '', key = ''] =
    /\/p2p\/([\w-]{22})#([\w-]{22})$/.exec(await link.inputValue()) ?? []
  await receiver.goto(await link.inputValue())
  const download = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  for (const page of [sender, receiver]) {
    await expect(page.getByRole('status')).toContainText('Verified')
  }
  await (await download).path()
  return { room, key }
}

test('the server keeps and logs nothing of it', async ({ person }, testInfo) => {
  const data = testInfo.outputPath('data')
  await mkdir(data)
  let log = ''
  const machine = {
    spawn: (...[program, words, options]: Parameters<typeof spawn>) => {
      const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      child.stderr.on('data', (text: Buffer) => (log += text.toString()))
      return child
    },
  }
  const server = await startServer(
    { host: '127.0.0.1', machine },
    {
      SHARESYNC_DATA_DIR: data,
      RUST_LOG: 'info,sharesync_server=trace,sharesync_signaling=trace,sharesync_service_kit=trace',
    },
  )
  const [sender, receiver] = [await person(), await person()]
  const before = await contents(data)
  const source = testInfo.outputPath('source')
  const { room, key } = await transfer(sender, receiver, source, server.url).finally(async () => {
    for (const page of [sender, receiver]) await page.close()
    await server.stop()
  })

  expect(log).toContain('room opened')
  const after = await contents(data)
  const isDatabase = (name: string) => name.startsWith('sharesync.db')
  const database = Object.keys(after).filter(isDatabase)
  expect(database).toContain('sharesync.db')
  for (const secret of [NAME, 'nobody else', room, key]) {
    expect(log).not.toContain(secret)
    for (const name of database) {
      expect((await readFile(path.join(data, name))).includes(secret), name).toBe(false)
    }
  }
  // Counts may have been added up in the database; nothing else has changed.
  const others = (files: Record<string, string>) =>
    Object.entries(files).filter(([name]) => !isDatabase(name))
  expect(others(after)).toEqual(others(before))
})

test('whoever has left remembers nothing but the file itself', async ({ person }, testInfo) => {
  const [sender, receiver] = [await person(), await person()]
  await transfer(sender, receiver, testInfo.outputPath('source'))
  // Saved again while the page is there, the file lies in the browser's private store until then.
  await expect(async () => {
    expect(await stored(receiver)).toContainEqual(expect.stringMatching(/^p2p\/.*\/0$/))
  }).toPass()
  for (const page of [sender, receiver]) {
    await page.getByRole('link', { name: 'ShareSync' }).click()
    await expect(page).toHaveURL(/\/$/)
  }
  await expect(async () => {
    expect(await stored(sender)).toEqual([])
    expect(await stored(receiver)).toEqual([expect.stringMatching(/^p2p\/.*\/0$/)])
  }).toPass()
  for (const page of [sender, receiver]) {
    expect(await page.evaluate(async () => indexedDB.databases())).toEqual([])
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(
      'nobody else',
    )
  }
})

test('what was received is swept away once nobody can want it any more', async ({
  person,
}, testInfo) => {
  const [sender, receiver] = [await person(), await person()]
  await transfer(sender, receiver, testInfo.outputPath('source'))
  const later = await receiver.context().newPage()
  await receiver.close()
  await later.clock.install({ time: Date.now() + 2 * 60 * 60 * 1000 })
  await later.goto('/p2p/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAA')
  await expect(later.getByText('This room has ended.')).toBeVisible()
  await expect(async () => {
    expect(await stored(later)).not.toContainEqual(expect.stringMatching(/^p2p\//))
  }).toPass()
})

test('whoever sent everything is not asked to choose it again', async ({ person }, testInfo) => {
  const [sender, receiver] = [await person(), await person()]
  await transfer(sender, receiver, testInfo.outputPath('source'))
  await receiver.getByRole('link', { name: 'ShareSync' }).click()
  await expect(async () => {
    expect(await remembered(sender)).not.toContain('nobody else')
  }).toPass()
  await sender.reload()
  await expect(sender.getByLabel('Choose files')).toBeVisible()
  await expect(sender.getByText('Choose the same files again')).toBeHidden()
})

/** Every file of a folder, by its path in it, with what is in it. */
async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of await readdir(folder, { recursive: true })) {
    const file = path.join(folder, name)
    if ((await stat(file)).isDirectory()) continue
    found[name] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  }
  return found
}

/** Paths of all files in the page's private store. Throws where the page changes it at that moment. */
function stored(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found: string[] = []
    const look = async (folder: FileSystemDirectoryHandle, at: string) => {
      for await (const [name, entry] of folder as unknown as AsyncIterable<
        [string, FileSystemHandle]
      >) {
        if (entry.kind === 'file') found.push(`${at}${name}`)
        else await look(entry as FileSystemDirectoryHandle, `${at}${name}/`)
      }
    }
    await look(await navigator.storage.getDirectory(), '')
    return found
  })
}

/** All that the page's browser has noted about rooms, as text. Throws where the page changes it at that moment. */
function remembered(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const rooms = await root.getDirectoryHandle('rooms', { create: true })
    let text = ''
    for await (const [, entry] of rooms as unknown as AsyncIterable<
      [string, FileSystemFileHandle]
    >) {
      text += await (await entry.getFile()).text()
    }
    return text
  })
}
