// @vitest-environment node
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

it('is the same with and without the browser’s own SHA-256', async () => {
  const content = new Uint8Array(70_000).fill(7)
  const native = await (await import('./sha256')).sha256Of(content)
  vi.stubGlobal('crypto', {})
  vi.resetModules()
  const own = await (await import('./sha256')).sha256Of(content)
  expect(own).toEqual(native)
})
