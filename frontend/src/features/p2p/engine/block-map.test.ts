// @vitest-environment node
import { expect, it } from 'vitest'
import { blockLength, BlockMap, blocksIn } from './block-map'
import { BLOCK_BYTES } from './protocol'

it('counts blocks and their bytes', () => {
  expect([0, 1, BLOCK_BYTES, BLOCK_BYTES + 1].map(blocksIn)).toEqual([0, 1, 1, 2])
  expect(blockLength(BLOCK_BYTES + 1, 0)).toBe(BLOCK_BYTES)
  expect(blockLength(BLOCK_BYTES + 1, 1)).toBe(1)
})

it('remembers what was added, once', () => {
  const map = new BlockMap(20)
  for (const block of [3, 3, 19, 20, 400]) map.add(block)
  expect(map.count).toBe(2)
  expect([2, 3, 4, 19, 20].map((block) => map.has(block))).toEqual([
    false,
    true,
    false,
    true,
    false,
  ])
  map.delete(3)
  map.delete(3)
  expect([map.count, map.has(3)]).toEqual([1, false])
})

it('tells what is there as ranges, and takes them', () => {
  const map = new BlockMap(20)
  for (const block of [0, 1, 2, 7, 8, 19]) map.add(block)
  expect(map.ranges()).toEqual([
    [0, 3],
    [7, 2],
    [19, 1],
  ])
  const other = new BlockMap(20)
  for (const range of map.ranges()) other.addRange(range)
  expect(other.ranges()).toEqual(map.ranges())
  expect(map.complete).toBe(false)
  map.addRange([0, 20])
  expect([map.complete, map.ranges()]).toEqual([true, [[0, 20]]])
  expect(new BlockMap(0).complete).toBe(true)
})
