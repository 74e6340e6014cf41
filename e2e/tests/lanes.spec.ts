/** Transfers over several connections, as a long line gets them: the pages are told that theirs is one. */
import { digests, downloadedDigests, hollowFile, randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'
import type { Page } from '@playwright/test'

const MIB = 1024 * 1024

test('content arrives whole over several connections', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'wide.bin', 24 * MIB)
  const { sender, receiver } = await overLongLine(await person(), await person(), file.path)
  const download = receiver.waitForEvent('download')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(receiver.getByRole('status')).toContainText('Verified')
  await expect(sender.getByRole('status')).toContainText('Verified')
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
  expect(await connections(sender)).toBeGreaterThan(4)
})

for (const who of ['sender', 'receiver'] as const) {
  test(`the ${who} may cancel what several connections carry`, async ({ person }, testInfo) => {
    const file = await hollowFile(testInfo.outputPath('source'), 'endless.bin', 1024 * MIB)
    const pages = await overLongLine(await person(), await person(), file.path)
    await pages.receiver.getByRole('button', { name: 'Accept' }).click()
    const progress = pages.receiver.getByRole('progressbar', { name: 'All files' })
    await expect(progress).toHaveAttribute('aria-valuenow', /^[1-9]/)
    await pages[who].getByRole('button', { name: 'Cancel' }).click()
    await expect(pages.sender.getByRole('status')).toContainText('Cancelled')
    await expect(pages.receiver.getByRole('status')).toContainText('Cancelled')
  })
}

/** Two pages that believe to be 100 ms apart, with a file on offer. */
async function overLongLine(sender: Page, receiver: Page, file: string) {
  await sender.addInitScript(pretendLongLine)
  await sender.goto('/p2p')
  await sender.getByLabel('Choose files').setInputFiles(file)
  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  await expect.poll(() => connections(sender)).toBeGreaterThan(4)
  return { sender, receiver }
}

function connections(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { connections: number }).connections)
}

/** In the page, before its own scripts: counts connections, and makes every measured round trip a long one. */
function pretendLongLine() {
  const page = window as unknown as { connections: number }
  page.connections = 0
  const Original = RTCPeerConnection
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      page.connections += 1
    }
    override async getStats(): Promise<RTCStatsReport> {
      const stats = await super.getStats()
      const far = [...(stats as ReadonlyMap<string, RTCStats>)].map(([id, entry]) => [
        id,
        entry.type === 'candidate-pair' ? { ...entry, currentRoundTripTime: 0.1 } : entry,
      ]) as [string, RTCStats][]
      return new Map(far)
    }
  }
}
