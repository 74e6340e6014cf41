import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRelative,
  formatSpeed,
} from './format'

const MiB = 1024 ** 2

/** Sizes hold a no-break space, which nobody wants to type in a test. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 KB'],
    [1536, '1.5 KB'],
    [999.6 * 1024, '1 MB'],
    [500 * MiB, '500 MB'],
    [1024 * MiB, '1 GB'],
    [99.96 * MiB, '100 MB'],
    [5.25 * 1024 ** 4, '5.3 TB'],
    [4000 * 1024 ** 4, '4,000 TB'],
    [-3, '0 bytes'],
  ])('writes %d as %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text)
  })

  it('keeps the figure and its unit on one line', () => {
    expect(formatBytes(2 * MiB)).toBe('2\u00a0MB')
  })
})

describe('formatSpeed', () => {
  it('is a size a second', () => {
    expect(plain(formatSpeed(12.5 * MiB))).toBe('12.5 MB/s')
  })
})

describe('formatDuration', () => {
  it.each([
    [0.4, '0 s'],
    [59.4, '59 s'],
    [59.6, '1 min'],
    [125, '2 min 5 s'],
    [3599.7, '1 h'],
    [12_000, '3 h 20 min'],
    [86_399, '1 day'],
    [172_800, '2 days'],
    [Infinity, 'unknown'],
    [Number.NaN, 'unknown'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})

describe('formatRelative', () => {
  const now = Date.UTC(2026, 10, 21, 12)
  it.each([
    [-10, 'just now'],
    [10, 'in a moment'],
    [-300, '5 minutes ago'],
    [-7200, '2 hours ago'],
    [-86_400, 'yesterday'],
    [7 * 86_400, 'in 7 days'],
    [-400 * 86_400, 'last year'],
  ])('sees a moment %d seconds away as "%s"', (seconds, text) => {
    expect(formatRelative(now + seconds * 1000, now)).toBe(text)
  })
})

describe('formatPercent', () => {
  it('says 100 only when all is done', () => {
    expect(formatPercent(999_999, 1_000_000)).toBe('99%')
    expect(formatPercent(1_000_000, 1_000_000)).toBe('100%')
  })

  it('knows no percentage of nothing', () => {
    expect(formatPercent(0, 0)).toBe('0%')
  })
})

describe('formatCount', () => {
  it('agrees with its noun', () => {
    expect([formatCount(0, 'file'), formatCount(1, 'file'), formatCount(1200, 'file')]).toEqual([
      '0 files',
      '1 file',
      '1,200 files',
    ])
  })
})
