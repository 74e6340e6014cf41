// @vitest-environment node
import { expect, it } from 'vitest'
import { sha256Of } from '@/lib/sha256'
import { type ReceivedBlock } from './block-store'
import { BLOCK_BYTES } from './protocol'
import { WriteBatch } from './write-batch'

class TestFile {
  readonly writes: { at: number; length: number }[] = []
  /** Bytes of a write that the disk takes. */
  takes = Infinity

  write(bytes: Uint8Array, { at }: { at: number }): number {
    this.writes.push({ at, length: bytes.length })
    return Math.min(bytes.length, this.takes)
  }
}

async function block(number: number, bytes = BLOCK_BYTES): Promise<ReceivedBlock> {
  const content = new Uint8Array(bytes).fill(number)
  const digest = await sha256Of(content)
  const chunks = [content.subarray(0, 100), content.subarray(100)]
  return { file: 0, block: number, chunks, digest }
}

it('writes neighbours at once', async () => {
  const file = new TestFile()
  const batch = new WriteBatch()
  await batch.add(file, await block(3))
  await batch.add(file, await block(4))
  await batch.write()
  await batch.add(file, await block(5))
  await batch.write()
  expect(file.writes).toEqual([
    { at: 3 * BLOCK_BYTES, length: 2 * BLOCK_BYTES },
    { at: 5 * BLOCK_BYTES, length: BLOCK_BYTES },
  ])
})

it('takes no block that does not follow, and none past its size', async () => {
  const [file, other] = [new TestFile(), new TestFile()]
  const batch = new WriteBatch()
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
  await batch.write()
  expect(file.writes).toEqual([{ at: 0, length: BLOCK_BYTES }])
})

it('keeps what the disk did not take, to be written again or forgotten', async () => {
  const file = new TestFile()
  file.takes = 10
  const batch = new WriteBatch()
  await batch.add(file, await block(0, 500))
  await expect(batch.write()).rejects.toThrow('full')
  expect(batch.blocks).toBe(1)
  file.takes = Infinity
  await batch.write()
  expect(file.writes.at(-1)).toEqual({ at: 0, length: 500 })
  expect(batch.blocks).toBe(0)
  await batch.add(file, await block(1))
  batch.clear()
  expect(batch.blocks).toBe(0)
})
