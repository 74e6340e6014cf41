import { expect, it } from 'vitest'
import { inMegabytes, MEBIBYTE } from './file-size'

it('writes a size so that it is read as the same', () => {
  expect(inMegabytes(null)).toBe('')
  expect(inMegabytes(20 * MEBIBYTE)).toBe('20')
  for (const bytes of [1, 1000, MEBIBYTE + 1, 123_456_789])
    expect(Math.round(Number(inMegabytes(bytes)) * MEBIBYTE)).toBe(bytes)
})
