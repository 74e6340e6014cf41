import { expect, it } from 'vitest'
import { drawnAt } from './pdf-scale'

it('fills the sheet, as sharp as the screen is', () => {
  expect(drawnAt({ width: 600, height: 800 }, 300, 2)).toEqual({ scale: 0.5, pixels: 2 })
})

it('draws no more pixels than a canvas holds, whatever a page says of its size', () => {
  for (const page of [
    { width: 600, height: 80_000 },
    { width: 14_400, height: 1 },
    { width: 10, height: 14_400 },
  ]) {
    const { scale, pixels } = drawnAt(page, 800, 3)
    const [width, height] = [page.width * scale * pixels, page.height * scale * pixels]
    expect(width * height).toBeLessThanOrEqual(16 * 1024 * 1024 + 1)
    expect(Math.max(width, height)).toBeLessThanOrEqual(8192.001)
  }
})
