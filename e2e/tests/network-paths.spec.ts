/** Which way a transfer takes on networks that let only some through. */
import type { Page, TestInfo } from '@playwright/test'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { expect, type NatPeople, test } from '../support/laboratory.ts'
import { connectionPath, offer, progress, status } from '../support/room.ts'

const MIB = 1024 * 1024

test('goes through the relay where no UDP gets through', async ({ behindNats }, testInfo) => {
  const people = await behindNats({ mapping: 'cone', udp: false })
  for (const page of [people.left, people.right]) await page.addInitScript(notePath)
  await expectArrival(people, 'Relay', testInfo)
  const seconds = await people.right.evaluate(pathKnownAfter)
  const description = `${seconds.toFixed(1)} s after the link was opened`
  testInfo.annotations.push({ type: 'relay in use', description })
})

for (const transport of ['udp', 'tcp', 'tls'] as const) {
  test(`goes through coturn by ${transport}`, async ({ behindNats }, testInfo) => {
    const options = { mapping: 'symmetric', udp: transport === 'udp', coturn: transport } as const
    await expectArrival(await behindNats(options), 'TURN', testInfo)
  })
}

test('leaves the relay in the middle of a file when UDP gets through', async ({
  behindNats,
}, testInfo) => {
  test.setTimeout(180_000)
  const people = await behindNats({ mapping: 'cone', udp: false })
  const { left, right, network, url } = people
  network.slowTcp()
  const file = await randomFile(testInfo.outputPath('source'), 'better.bin', 64 * MIB)
  const download = right.waitForEvent('download', { timeout: 0 })
  await right.goto(await offer(left, [file.path], `${url}/p2p`))
  await right.getByRole('button', { name: 'Accept' }).click()
  for (const page of [left, right]) await expect(connectionPath(page)).toHaveText('Relay')
  await expect(progress(right)).toHaveAttribute('aria-valuenow', /^[1-9]/)
  network.openUdp()

  for (const page of [left, right]) {
    await expect(connectionPath(page)).toHaveText('Direct', { timeout: 90_000 })
  }
  await expectVerified(people)
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
})

/** A file arrives whole, and both pages say by which way. */
async function expectArrival(people: NatPeople, path: 'TURN' | 'Relay', testInfo: TestInfo) {
  const { left, right, url } = people
  const file = await randomFile(testInfo.outputPath('source'), 'through.bin', 8 * MIB + 7)
  const download = right.waitForEvent('download', { timeout: 0 })
  await right.goto(await offer(left, [file.path], `${url}/p2p`))
  for (const page of [left, right]) await expect(connectionPath(page)).toHaveText(path)
  await right.getByRole('button', { name: 'Accept' }).click()
  await expectVerified(people)
  for (const page of [left, right]) await expect(connectionPath(page)).toHaveText(path)
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
}

async function expectVerified({ left, right }: { left: Page; right: Page }) {
  for (const page of [left, right]) {
    await expect(status(page)).toContainText('Verified', { timeout: 90_000 })
  }
}

/** In the page, before its own scripts: notes by its own clock when it first says which way it took. */
function notePath() {
  const observer = new MutationObserver(() => {
    if (!document.querySelector('[aria-label="Connection path"]')) return
    Object.assign(window, { pathKnownAt: performance.now() })
    observer.disconnect()
  })
  observer.observe(document, { subtree: true, childList: true })
}

/** In the page: seconds from its opening until then. */
function pathKnownAfter(): number {
  return (window as unknown as { pathKnownAt: number }).pathKnownAt / 1000
}
