/** Browsers that are killed in the middle of a transfer, and opened again. */
import { readdir, readFile } from 'node:fs/promises'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024
const BLOCK_BYTES = 256 * 1024
/** Blocks are written as soon as the disk is free; what is being received at the very moment is lost. */
const BLOCKS_IN_HAND = 2

for (const who of ['sender', 'receiver'] as const) {
  test(`a ${who} whose browser is killed in the middle goes on`, async ({
    server,
    launchOptions,
  }, testInfo) => {
    const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 96 * MIB)
    const open = (name: string) =>
      chromium.launchPersistentContext(testInfo.outputPath(name), launchOptions)
    const browsers = { sender: await open('sender'), receiver: await open('receiver') }
    let seals = 0
    const count = async (context: BrowserContext) => {
      await context.exposeFunction('noteSeal', () => (seals += 1))
      await context.addInitScript(countSeals)
    }
    await count(browsers.receiver)
    let sender = await browsers.sender.newPage()
    let receiver = await browsers.receiver.newPage()
    await sender.goto(`${server.url}/p2p`)
    await sender.getByLabel('Choose files').setInputFiles(file.path)
    const link = await sender.getByRole('textbox', { name: 'Room link' }).inputValue()
    await receiver.goto(link)
    await receiver.getByRole('button', { name: 'Accept' }).click()
    await expect(bar(receiver)).toHaveAttribute('aria-valuenow', /^[2-9]\d/)

    const comesBack = {
      sender: async (page: Page) => {
        sender = page
        await page.goto(link)
        await page.getByLabel('Choose files').setInputFiles(file.path)
      },
      receiver: async (page: Page) => {
        receiver = page
        await count(browsers.receiver)
        await page.goto(link)
      },
    }
    const dead = browsers[who].waitForEvent('close')
    await kill(testInfo.outputPath(who))
    await dead
    browsers[who] = await open(who)
    const page = await browsers[who].newPage()
    await comesBack[who](page)
    const download = receiver.waitForEvent('download')
    await expect(receiver.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
    await expect(sender.getByRole('status')).toContainText('Verified')
    expect(await downloadedDigests([await download])).toEqual(await digests([file]))
    const blocks = (96 * MIB) / BLOCK_BYTES
    // What a page has just told when it is killed is not heard.
    expect(seals).toBeGreaterThanOrEqual(blocks - BLOCKS_IN_HAND)
    expect(seals).toBeLessThanOrEqual(blocks + BLOCKS_IN_HAND)
    testInfo.annotations.push({ type: 'blocks sent twice', description: String(seals - blocks) })
    for (const browser of Object.values(browsers)) await browser.close()
  })
}

function bar(page: Page) {
  return page.getByRole('progressbar', { name: 'All files' })
}

/** In the page, before its own scripts: tells of every block that has come whole. */
function countSeals() {
  const Original = RTCPeerConnection
  window.RTCPeerConnection = class extends Original {
    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options)
      channel.addEventListener('message', ({ data }) => {
        if (!(data instanceof ArrayBuffer) || new Uint8Array(data)[0] !== 2) return
        void (window as unknown as { noteSeal: () => Promise<void> }).noteSeal()
      })
      return channel
    }
  }
}

/** Kills every process of the browser with that profile, as a crash or a power cut would. */
async function kill(profile: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes(`--user-data-dir=${profile}`)) process.kill(Number(pid), 'SIGKILL')
  }
}
