// @vitest-environment node
import { expect, it } from 'vitest'
import { blockEntries, deliveryEntry, ENTRY_BYTES, readJournal } from './journal'

const blocks = [
  { file: 0, block: 0, digest: new Uint8Array(32).fill(1) },
  { file: 9999, block: 0xffff_fffe, digest: new Uint8Array(32).fill(2) },
]

it('says what was written and what was delivered', () => {
  const [entries, delivery] = [blockEntries(blocks), deliveryEntry(7)]
  const bytes = new Uint8Array(entries.length + delivery.length)
  bytes.set(entries)
  bytes.set(delivery, entries.length)
  expect(readJournal(bytes)).toEqual({ blocks, delivered: [7] })
})

it('leaves out an entry that was cut short', () => {
  const bytes = blockEntries(blocks)
  expect(readJournal(bytes.subarray(0, 2 * ENTRY_BYTES - 1)).blocks).toEqual(blocks.slice(0, 1))
  expect(readJournal(bytes.subarray(0, 3))).toEqual({ blocks: [], delivered: [] })
})
