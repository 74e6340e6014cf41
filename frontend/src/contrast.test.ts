/** The look's promise: text stands out from its ground at 4.5 : 1, edges at 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11). */
import { describe, expect, it } from 'vitest'
import source from './index.css?raw'

const TOKEN = /--color-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g

const tokens = new Map(
  [...source.matchAll(TOKEN)].map(([, name, light, dark]) => [name, { light, dark }]),
)

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((start) => {
    const channel = parseInt(color.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function color(name: string, theme: 'light' | 'dark'): string {
  const value = tokens.get(name)?.[theme]
  if (!value) throw new Error(`no token ${name}`)
  return value
}

const GROUNDS = ['page', 'surface', 'sunken']
const TEXT: [text: string, grounds: string[]][] = [
  ['ink', [...GROUNDS, 'accent-soft', 'danger-soft']],
  ['muted', [...GROUNDS, 'accent-soft']],
  ['accent', [...GROUNDS, 'accent-soft']],
  ['danger', [...GROUNDS, 'danger-soft', 'accent-soft']],
  ['caution', [...GROUNDS, 'caution-soft']],
  ['on-accent', ['accent', 'accent-strong']],
]

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each(TEXT.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s can be read on %s',
    (text, ground) => {
      expect(contrast(color(text, theme), color(ground, theme))).toBeGreaterThanOrEqual(4.5)
    },
  )

  it.each(['page', 'surface'])('the edge of a field can be seen on %s', (ground) => {
    expect(contrast(color('line-strong', theme), color(ground, theme))).toBeGreaterThanOrEqual(3)
  })

  it.each([1, 2, 3, 4, 5])('the bars of colour %d can be seen on a sheet', (n) => {
    const bar = color(`chart-${n}`, theme)
    expect(contrast(bar, color('surface', theme))).toBeGreaterThanOrEqual(3)
  })
})
