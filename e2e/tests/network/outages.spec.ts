/** Transfers over bad networks, which are made for the occasion: see `lab/`. */
import { setTimeout as pass } from 'node:timers/promises'
import { type Browser, expect, type Page, test as base } from '@playwright/test'
import { launchOn } from '../lab/browser.mjs'
import type { Line, Nature } from '../lab/line.mjs'
import { buildLines, SEGMENT } from '../lab/lines.mjs'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { startServer } from '../support/server.ts'

const MIB = 1024 * 1024

/** A server, and two people with a line between them. */
interface Connected {
  readonly left: Page
  readonly right: Page
  readonly line: Line
  readonly url: string
}

const test = base.extend<{ connected: (nature: Nature) => Promise<Connected> }>({
  connected: async ({}, use) => {
    const endings: (() => Promise<void> | void)[] = []
    await use(async (nature) => {
      const network = await buildLines(nature)
      endings.push(network.close)
      const server = await startServer({ host: SEGMENT, machine: network.segment })
      endings.push(() => server.stop())
      const browsers: Browser[] = []
      for (const machine of [network.left, network.right]) {
        const browser = await launchOn(machine, server.url)
        endings.push(() => browser.close())
        browsers.push(browser)
      }
      const [left, right] = await Promise.all(browsers.map(async (browser) => browser.newPage()))
      if (!left || !right) throw new Error('two machines have two pages')
      return { left, right, line: network.line, url: server.url }
    })
    for (const end of endings.reverse()) await end()
  },
})

test('a transfer goes on by itself after the network was gone for half a minute', async ({
  connected,
}, testInfo) => {
  test.setTimeout(240_000)
  // Slow enough to be cut in the middle.
  const { left, right, line, url } = await connected({ roundTrip: 20, rate: 20 })
  const file = await randomFile(testInfo.outputPath('source'), 'interrupted.bin', 32 * MIB)
  await left.goto(`${url}/p2p`)
  await left.getByLabel('Choose files').setInputFiles(file.path)
  const link = left.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/\/p2p\/[\w-]{22}#[\w-]{22}$/)
  const download = right.waitForEvent('download', { timeout: 0 })
  await right.goto(await link.inputValue())
  await right.getByRole('button', { name: 'Accept' }).click()

  const progress = right.getByRole('progressbar', { name: 'All files' })
  await expect(progress).toHaveAttribute('aria-valuenow', /^[1-9]\d/)
  line.cut()
  await pass(30_000)
  await expect(right.getByRole('status')).not.toContainText('Verified')
  line.mend()

  for (const page of [left, right]) {
    await expect(page.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
  }
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
  expect((await line.counts()).there.cut, 'packets that were lost').toBeGreaterThan(0)
})
