/** Signaling apart from the server, on two nodes: people on one reach people on the other. */
import type { Page } from '@playwright/test'
import { type Apart, startApart } from '../support/apart.ts'
import { digests, downloadedDigests, randomFile, type SourceFile } from '../support/files.ts'
import { acceptAndPause } from '../support/room.ts'
import { expect, test as base } from '../support/test.ts'
import { blockUdp } from '../support/udp.ts'

const MIB = 1024 * 1024

const test = base.extend<{ apart: Apart }>({
  apart: async ({}, use) => {
    const apart = await startApart()
    await use(apart)
    await apart.stop()
  },
  baseURL: async ({ apart }, use) => {
    await use(apart.url)
  },
})

/** Offers a file; returns the address to send to the other side. */
async function offer(sender: Page, file: SourceFile): Promise<string> {
  await sender.goto('/p2p')
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/\/p2p\/[\w-]{22}#/)
  return link.inputValue()
}

/** Where a page's WebSockets lead. */
function socketsOf(page: Page): string[] {
  const urls: string[] = []
  page.on('websocket', (socket) => urls.push(socket.url()))
  return urls
}

test('a file arrives from a page on one node at a page on the other', async ({
  apart,
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'across.bin', 5 * MIB + 1)
  const [sender, receiver] = [await person(), await person()]
  const sockets = [socketsOf(sender), socketsOf(receiver)]
  const link = await offer(sender, file)
  apart.turnTo(1)
  await receiver.goto(link)
  const download = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
  await expect(sender.getByRole('status')).toContainText('Verified')
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))

  expect(apart.connections.every((count) => count > 0)).toBe(true)
  // A relay that was tried meanwhile is elsewhere, too.
  const signaling = sockets.flat().filter((url) => url.includes('/socket.io/'))
  expect(signaling.length).toBeGreaterThanOrEqual(2)
  for (const url of signaling) expect(url).toContain(apart.signalingUrl.replace('http', 'ws'))
})

test('two pages on two nodes meet at the relay of one', async ({ apart, person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'between.bin', 2 * MIB)
  const [sender, receiver] = [await person(), await person()]
  for (const page of [sender, receiver]) await page.addInitScript(blockUdp)
  const sockets = [socketsOf(sender), socketsOf(receiver)]
  const link = await offer(sender, file)
  apart.turnTo(1)
  await receiver.goto(link)
  const download = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  for (const page of [sender, receiver]) await expect(page.getByText('Relay')).toBeVisible()
  await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))

  const relays = sockets.map((urls) => urls.filter((url) => url.endsWith('/relay')))
  expect(relays[0]).toHaveLength(1)
  expect(relays[1]).toEqual(relays[0])
})

test('a spoken code leads from one node to the other', async ({ apart, person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'spoken.bin', 1000)
  const [sender, receiver] = [await person(), await person()]
  await offer(sender, file)
  const code = await sender.getByText(/^[1-9]\d{3,}-[a-z]+-[a-z]+$/).innerText()
  apart.turnTo(1)
  await receiver.goto('/p2p')
  await receiver.getByRole('textbox', { name: 'Room code' }).fill(code)
  await receiver.getByRole('button', { name: 'Join' }).click()
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
})

test('a restart of Redis stops nothing that moves, and nobody from coming', async ({
  apart,
  person,
}, testInfo) => {
  test.setTimeout(120_000)
  const file = await randomFile(testInfo.outputPath('source'), 'lasting.bin', 30 * MIB)
  const [sender, receiver, late] = [await person(), await person(), await person()]
  const link = await offer(sender, file)
  apart.turnTo(1)
  await receiver.goto(link)
  await acceptAndPause(receiver, 0)

  await apart.restartRedis()
  await receiver.getByRole('button', { name: 'Resume' }).click()
  await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })

  await late.goto(link)
  await late.getByRole('button', { name: 'Accept' }).click({ timeout: 120_000 })
  await expect(late.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
})
