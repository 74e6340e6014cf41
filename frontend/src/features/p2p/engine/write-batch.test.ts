// @vitest-environment node
import { expect, it } from 'vitest'
import { type ReceivedBlock } from './block-store'
import { blockDigest } from './digest'
import { BLOCK_BYTES } from './protocol'
import { WriteBatch } from './write-batch'

class TestFile {
  readonly writes: { at: number; length: number }[] = []
  /** Bytes of a write that the disk takes. */
  takes = Infinity
  /** How long a write takes, in milliseconds. */
  cost = 0
  #now = 0

  now(): number {
    return this.#now
  }

  getSize(): number {
    return 0
  }

  read(): number {
    return 0
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    this.#now += this.cost
    this.writes.push({ at, length: bytes.length })
    return Math.min(bytes.length, this.takes)
  }

  close(): void {
    this.writes.length = 0
  }
}

async function block(number: number, bytes = BLOCK_BYTES): Promise<ReceivedBlock> {
  const content = new Uint8Array(bytes).fill(number)
  const digest = await blockDigest(content)
  const chunks = [content.subarray(0, 100), content.subarray(100)]
  return { file: 0, block: number, chunks, digest, last: false }
}

/** A batch that has found writing slow so often. */
async function slowed(file: TestFile, times: number): Promise<WriteBatch> {
  const batch = new WriteBatch()
  file.cost = 5
  for (let number = 0; number < times; number += 1) {
    await batch.add(file, await block(number))
    batch.write(file)
  }
  file.writes.length = 0
  return batch
}

it('waits for no company where writing is fast', async () => {
  const file = new TestFile()
  const batch = new WriteBatch()
  for (const number of [3, 4]) {
    await batch.add(file, await block(number))
    expect(batch.full).toBe(true)
    batch.write(file)
  }
  expect(file.writes).toEqual([
    { at: 3 * BLOCK_BYTES, length: BLOCK_BYTES },
    { at: 4 * BLOCK_BYTES, length: BLOCK_BYTES },
  ])
})

it('writes neighbours at once where it is slow, and one by one when it no longer is', async () => {
  const file = new TestFile()
  const batch = await slowed(file, 1)
  await batch.add(file, await block(3))
  expect(batch.full).toBe(false)
  await batch.add(file, await block(4))
  expect(batch.full).toBe(true)
  file.cost = 0
  batch.write(file)
  expect(file.writes).toEqual([{ at: 3 * BLOCK_BYTES, length: 2 * BLOCK_BYTES }])
  await batch.add(file, await block(5))
  expect(batch.full).toBe(true)
})

it('takes no block that does not follow, and none past its size', async () => {
  const [file, other] = [new TestFile(), new TestFile()]
  const batch = await slowed(file, 9)
  await batch.add(file, await block(0))
  expect(batch.takes(file, await block(1))).toBe(true)
  expect(batch.takes(file, await block(2))).toBe(false)
  expect(batch.takes(other, await block(1))).toBe(false)
  for (let number = 1; number < 8; number += 1) await batch.add(file, await block(number))
  expect(batch.full).toBe(true)
  expect(batch.takes(file, await block(8))).toBe(false)
})

it('keeps nothing of a corrupt block', async () => {
  const file = new TestFile()
  const batch = new WriteBatch()
  await batch.add(file, await block(0))
  const corrupt = { ...(await block(1)), digest: new Uint8Array(32) }
  await expect(batch.add(file, corrupt)).rejects.toMatchObject({ code: 'corrupt' })
  batch.write(file)
  expect(file.writes).toEqual([{ at: 0, length: BLOCK_BYTES }])
})

it('keeps what the disk did not take, to be written again or forgotten', async () => {
  const file = new TestFile()
  file.takes = 10
  const batch = new WriteBatch()
  await batch.add(file, await block(0, 500))
  expect(() => batch.write(file)).toThrow('full')
  expect(batch.blocks).toBe(1)
  file.takes = Infinity
  batch.write(file)
  expect(file.writes.at(-1)).toEqual({ at: 0, length: 500 })
  expect(batch.blocks).toBe(0)
  await batch.add(file, await block(1))
  batch.clear()
  expect(batch.blocks).toBe(0)
})
