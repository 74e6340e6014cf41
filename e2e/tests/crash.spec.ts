/** Browsers that are killed in the middle of a transfer, and opened again. */
import type { Page } from '@playwright/test'
import { killBrowser, MIXED, openOwnBrowser } from '../support/browsers.ts'
import { digests, randomFile } from '../support/files.ts'
import { offer, progress, status } from '../support/room.ts'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024
const BLOCK_BYTES = 256 * 1024
/** Blocks are written as soon as the disk is free; what is being received at the very moment is lost. */
const BLOCKS_IN_HAND = 2

for (const who of ['sender', 'receiver'] as const) {
  test(
    `a ${who} whose browser is killed in the middle goes on`,
    MIXED,
    async ({ server, launchOptions, sendsWith, receivesWith }, testInfo) => {
      const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 96 * MIB)
      const open = {
        sender: () => openOwnBrowser(sendsWith, testInfo.outputPath('sender'), launchOptions),
        receiver: async () => {
          const profile = testInfo.outputPath('receiver')
          const browser = await openOwnBrowser(receivesWith, profile, launchOptions)
          await browser.context.addInitScript(countBlocks)
          return browser
        },
      }
      const browsers = { sender: await open.sender(), receiver: await open.receiver() }
      const pages = {
        sender: await browsers.sender.context.newPage(),
        receiver: await browsers.receiver.context.newPage(),
      }
      const link = await offer(pages.sender, [file.path], `${server.url}/p2p`)
      await pages.receiver.goto(link)
      let received = browsers.receiver.received(pages.receiver)
      await pages.receiver.getByRole('button', { name: 'Accept' }).click()
      await expect(progress(pages.receiver)).toHaveAttribute('aria-valuenow', /^[2-9]\d/)

      // What comes from now until it is dead makes the count below smaller, never larger.
      const before = await blocksAt(pages[who])
      const dead = browsers[who].context.waitForEvent('close')
      await killBrowser(testInfo.outputPath(who))
      await dead
      browsers[who] = await open[who]()
      pages[who] = await browsers[who].context.newPage()
      const comesBack = {
        sender: async () => {
          await pages.sender.goto(link)
          await pages.sender.getByLabel('Choose files').setInputFiles(file.path)
        },
        receiver: async () => {
          received = browsers.receiver.received(pages.receiver)
          await pages.receiver.goto(link)
        },
      }
      await comesBack[who]()
      await expect(status(pages.receiver)).toContainText('Verified', { timeout: 120_000 })
      await expect(status(pages.sender)).toContainText('Verified')
      await expect.poll(received).toEqual(await digests([file]))
      const sentTwice = before + (await blocksAt(pages.receiver)) - (96 * MIB) / BLOCK_BYTES
      testInfo.annotations.push({ type: 'blocks sent twice', description: String(sentTwice) })
      expect(sentTwice).toBeLessThanOrEqual(BLOCKS_IN_HAND)
      for (const { context } of Object.values(browsers)) await context.close()
    },
  )
}

/** How many blocks a page has received whole; a sender's, none. */
function blocksAt(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { blocks?: number }).blocks ?? 0)
}

/** In the page, before its own scripts: counts every block that has come whole. */
function countBlocks() {
  const counted = Object.assign(window, { blocks: 0 })
  const Original = RTCPeerConnection
  window.RTCPeerConnection = class extends Original {
    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options)
      channel.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer && new Uint8Array(data)[0] === 2) counted.blocks += 1
      })
      return channel
    }
  }
}
