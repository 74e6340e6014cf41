/** Pages about transfers between browsers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { Command } from '../support/command.ts'
import { anybody, at, type Scene, SMALL_FILES } from './scene.ts'

/** All of them. */
export const ROOM_SCENES: readonly Scene[] = [
  { name: 'room', visitor: anybody, open: (page) => at(page, '/p2p') },
  {
    name: 'a room with files',
    visitor: anybody,
    open: (page) => openRoom(page),
  },
  {
    name: 'a mistyped code',
    visitor: anybody,
    open: async (page) => {
      await at(page, '/p2p')
      await page.getByRole('textbox', { name: 'Room code' }).fill('4821-orbitt-canyon')
      await page.getByRole('button', { name: 'Join' }).click()
      await expect(page.getByRole('alert')).toContainText('The first word')
    },
  },
  {
    name: 'a room with somebody in it',
    visitor: anybody,
    open: async (page) => {
      await withReceiver(page)
      await expect(page.getByRole('status')).toContainText('Waiting for them to accept')
    },
  },
  {
    name: 'a room where people write',
    visitor: anybody,
    open: async (page) => {
      const receiver = await withReceiver(page)
      for (const side of [page, receiver]) {
        await side.getByRole('textbox', { name: 'Message' }).fill('the tickets')
        await side.getByRole('button', { name: 'Send message' }).click()
      }
      const log = page.getByRole('log', { name: 'What was written' })
      await expect(log).toContainText('Delivered')
      await expect(log.getByRole('button', { name: 'Copy' })).toBeVisible()
    },
  },
  {
    name: 'a locked room after a transfer',
    visitor: anybody,
    open: async (page) => {
      const receiver = await withReceiver(page)
      await receiver.getByRole('button', { name: 'Accept' }).click()
      await expect(page.getByRole('status')).toContainText('Verified')
      await page.getByRole('button', { name: 'Lock the room' }).click()
      await expect(page.getByRole('button', { name: 'Unlock the room' })).toBeVisible()
    },
  },
  {
    name: 'an offer to accept',
    visitor: anybody,
    open: async (page) => {
      const sender = await page.context().newPage()
      await openRoom(sender)
      await page.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
      await expect(page.getByRole('button', { name: 'Accept' })).toBeVisible()
    },
  },
  {
    name: 'devices nearby, one of them asked',
    visitor: anybody,
    open: async (page) => {
      await withNeighbour(page)
      await page.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await page.getByRole('button', { name: /^Send to / }).click()
      await expect(page.getByText('Check that both screens say')).toBeVisible()
    },
  },
  {
    name: 'somebody nearby who asks',
    visitor: anybody,
    open: async (page) => {
      const sender = await withNeighbour(page)
      await sender.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await sender.getByRole('button', { name: /^Send to / }).click()
      await expect(page.getByRole('region', { name: 'Somebody nearby' })).toBeVisible()
    },
  },
  {
    name: 'words to compare',
    visitor: anybody,
    open: async (page) => {
      const sender = await withNeighbour(page)
      await sender.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await sender.getByRole('button', { name: /^Send to / }).click()
      await page.getByRole('button', { name: 'Accept' }).click()
      await expect(page.getByRole('group', { name: 'Compare the words' })).toBeVisible()
    },
  },
  {
    name: 'a room that takes files, with some to send',
    visitor: anybody,
    open: async (page) => {
      await page.goto(await linkOfTaker(page))
      await expect(page.getByRole('status')).toContainText('Ready for your files')
      await page.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await expect(page.getByRole('button', { name: 'Send 2 files' })).toBeVisible()
    },
  },
  {
    name: 'files that whoever takes some does not want',
    visitor: anybody,
    open: async (page) => {
      await page.goto(await linkOfTaker(page, '--allow', '*.pdf'))
      await page.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await page.getByRole('button', { name: 'Send 2 files' }).click()
      await expect(page.getByRole('status')).toContainText('Declined')
    },
  },
  {
    name: 'a room that has ended',
    visitor: anybody,
    open: (page) => at(page, '/p2p/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAA'),
  },
]

/** The link of a command that takes files for as long as the page is there. */
async function linkOfTaker(page: Page, ...words: string[]): Promise<string> {
  await at(page, '/')
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-e2e-'))
  const command = new Command(['listen', '--no-qr', ...words], {
    server: new URL(page.url()).origin,
    folder,
  })
  page.once('close', () => {
    command.signal('SIGINT')
    void command.ended().then(() => rm(folder, { recursive: true, force: true }))
  })
  return command.link()
}

/** Makes a room with files in it. */
async function openRoom(page: Page) {
  await at(page, '/p2p')
  await page.getByLabel('Choose files').setInputFiles(SMALL_FILES)
  await expect(page.getByRole('textbox', { name: 'Room link' })).toHaveValue(/\/p2p\/[\w-]{22}/)
}

/** Makes a room with files in it, and has somebody enter it. */
async function withReceiver(page: Page): Promise<Page> {
  await openRoom(page)
  const receiver = await page.context().newPage()
  await receiver.goto(await page.getByRole('textbox', { name: 'Room link' }).inputValue())
  return receiver
}

/** Has the page and another see each other as devices nearby. */
async function withNeighbour(page: Page): Promise<Page> {
  const other = await page.context().newPage()
  for (const one of [other, page]) {
    await at(one, '/p2p')
    await one.getByRole('switch', { name: 'Be seen by devices nearby' }).check()
    await expect(one.getByText(/^You are seen as /)).toBeVisible()
  }
  return other
}
