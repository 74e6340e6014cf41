/** Transfers of small and large files in a row, every byte of them right; `make bench` has a hundred of them. */
import { randomInt } from 'node:crypto'
import { manyTransfers } from '../support/many-transfers.mjs'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024

test('transfers in a row among three people arrive whole', async ({ person, server }, testInfo) => {
  // To have a run again that went wrong.
  const seed = Number(process.env.SEED ?? randomInt(2 ** 32))
  const people = []
  while (people.length < 3) people.push((await person()).context())
  const report = await manyTransfers(people, server.url, {
    seed,
    transfers: 6,
    largest: 6 * MIB,
    folder: testInfo.outputPath('source'),
  })
  expect(report.wrong, `with SEED=${String(seed)}`).toEqual([])
  expect(report.transfers).toBe(6)
})
