/** Transfers between two browsers that nothing connects but the server. */
import type { Page } from '@playwright/test'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { acceptAndPause } from '../support/room.ts'
import { expect, test } from '../support/test.ts'
import { blockUdp, openUdp } from '../support/udp.ts'

const MIB = 1024 * 1024

test('goes through the relay, sealed, where no other way is open', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'through.bin', 24 * MIB + 7)
  const [sender, receiver] = [await person(), await person()]
  for (const page of [sender, receiver]) await page.addInitScript(blockUdp)
  const relayed = overheard(sender)
  await sender.goto('/p2p')
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  const download = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  for (const page of [sender, receiver]) await expect(page.getByText('Relay')).toBeVisible()
  await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
  await expect(sender.getByRole('status')).toContainText('Verified')
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
  expect(relayed.bytes()).toBeGreaterThan(24 * MIB)
  expect(relayed.text(), 'nothing passes in clear').not.toContain('through.bin')
})

test('leaves the relay in the middle when a better way opens', async ({ person }, testInfo) => {
  test.setTimeout(120_000)
  const file = await randomFile(testInfo.outputPath('source'), 'better.bin', 64 * MIB)
  const [sender, receiver] = [await person(), await person()]
  for (const page of [sender, receiver]) await page.addInitScript(blockUdp)
  await sender.goto('/p2p')
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  const download = receiver.waitForEvent('download')
  await acceptAndPause(receiver, 1)
  await expect(sender.getByText('Relay')).toBeVisible()
  for (const page of [sender, receiver]) await page.evaluate(openUdp)
  for (const page of [sender, receiver]) {
    await expect(page.getByText('Direct')).toBeVisible({ timeout: 120_000 })
  }
  await receiver.getByRole('button', { name: 'Resume' }).click()
  await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
})

/** What a page sends over its WebSocket to the relay. */
function overheard(page: Page) {
  const sent: Buffer[] = []
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).pathname !== '/relay') return
    socket.on('framesent', ({ payload }) => sent.push(Buffer.from(payload)))
  })
  return {
    bytes: () => sent.reduce((sum, payload) => sum + payload.length, 0),
    text: () => Buffer.concat(sent).toString('latin1'),
  }
}
