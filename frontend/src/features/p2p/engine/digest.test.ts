// @vitest-environment node
import { afterEach, expect, it, vi } from 'vitest'
import { sameDigest } from './digest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

it('is the same with and without the browser’s own SHA-256', async () => {
  const content = new Uint8Array(70_000).fill(7)
  const native = await (await import('./digest')).blockDigest(content)
  vi.stubGlobal('crypto', {})
  vi.resetModules()
  const own = await (await import('./digest')).blockDigest(content)
  expect(own).toEqual(native)
})

it('tells digests apart by every byte and by their length', () => {
  const digest = new Uint8Array(32).fill(1)
  const other = digest.slice()
  other[31] = 2
  expect(sameDigest(digest, digest.slice())).toBe(true)
  expect(sameDigest(digest, other)).toBe(false)
  expect(sameDigest(digest, digest.slice(0, 31))).toBe(false)
})
