/** Networks and computers that go away in the middle of a transfer, and come back. */
import { setTimeout as pass } from 'node:timers/promises'
import type { Download, Page, TestInfo } from '@playwright/test'
import { digests, downloadedDigests, randomFile, type SourceFile } from '../support/files.ts'
import { expect, type LinePeople, test } from '../support/laboratory.ts'
import { offer, progress, status } from '../support/room.ts'

const MIB = 1024 * 1024

/** Slow enough to be interrupted in the middle. */
const LINE = { roundTrip: 20, rate: 20 }

test.beforeEach(() => {
  test.setTimeout(240_000)
})

test('a transfer goes on by itself after the network was gone for half a minute', async ({
  overLine,
}, testInfo) => {
  const people = await overLine(LINE)
  const arrival = await begin(people, testInfo)
  people.network.line.cut()
  await pass(30_000)
  await expect(status(people.right)).not.toContainText('Verified')
  people.network.line.mend()
  await expectArrival(people, arrival)
  const { there } = await people.network.line.counts()
  expect(there.cut, 'packets that were lost').toBeGreaterThan(0)
})

test('a transfer goes on when the sender moves to another network', async ({
  overLine,
}, testInfo) => {
  const people = await overLine(LINE)
  const arrival = await begin(people, testInfo)
  people.network.move()
  await expectArrival(people, arrival)
})

for (const [who, closed, open] of [
  ['sender', 'left', 'right'],
  ['receiver', 'right', 'left'],
] as const) {
  test(`a transfer goes on after the ${who}’s laptop was closed`, async ({
    overLine,
  }, testInfo) => {
    const people = await overLine(LINE)
    const arrival = await begin(people, testInfo)
    people.network[closed].suspend()
    await pass(40_000)
    await expect(status(people[open])).not.toContainText('Verified')
    people.network[closed].wake()
    await expectArrival(people, arrival)
  })
}

interface Arrival {
  readonly file: SourceFile
  readonly download: Promise<Download>
}

/** Begins a transfer, and returns when some of it is there. */
async function begin(people: LinePeople, testInfo: TestInfo): Promise<Arrival> {
  const { left, right, url } = people
  const file = await randomFile(testInfo.outputPath('source'), 'interrupted.bin', 32 * MIB)
  const download = right.waitForEvent('download', { timeout: 0 })
  await right.goto(await offer(left, [file.path], `${url}/p2p`))
  await right.getByRole('button', { name: 'Accept' }).click()
  await expect(progress(right)).toHaveAttribute('aria-valuenow', /^[1-9]/)
  return { file, download }
}

async function expectArrival(people: Record<'left' | 'right', Page>, { file, download }: Arrival) {
  for (const page of [people.left, people.right]) {
    await expect(status(page)).toContainText('Verified', { timeout: 120_000 })
  }
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
}
