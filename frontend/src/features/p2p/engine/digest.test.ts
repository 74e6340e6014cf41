// @vitest-environment node
import { expect, it } from 'vitest'
import { sameDigest } from './digest'

it('tells digests apart by every byte and by their length', () => {
  const digest = new Uint8Array(32).fill(1)
  const other = digest.slice()
  other[31] = 2
  expect(sameDigest(digest, digest.slice())).toBe(true)
  expect(sameDigest(digest, other)).toBe(false)
  expect(sameDigest(digest, digest.slice(0, 31))).toBe(false)
})
