import { describe, expect, it } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { Problem } from '@/api/types'
import { problemWords } from './problem-words'

const MiB = 1024 ** 2

function problem(code: Problem['code'], more: Partial<Problem> = {}): ProblemError {
  const body = { type: 'about:blank', title: 'T', status: 400, detail: 'the server says', code }
  return new ProblemError(400, { ...body, ...more })
}

const words = (...about: Parameters<typeof problemWords>) =>
  problemWords(...about).replaceAll('\u00a0', ' ')

describe('problemWords', () => {
  it('tells the size of the file and the limit', () => {
    expect(words(problem('too_large', { limit: 500 * MiB }), { size: 620 * MiB })).toBe(
      'This file is 620 MB; the limit here is 500 MB.',
    )
  })

  it('tells what it knows when it knows only one of them', () => {
    expect(words(problem('too_large'))).toBe('This file is too large.')
    expect(words(problem('too_large', { limit: MiB }))).toBe(
      'This file is too large; the limit here is 1 MB.',
    )
  })

  it('tells what a file is, beside what it is called, and what can be done', () => {
    const detail = 'This file is called photo.jpg, but its content is a program.'
    expect(words(problem('type_mismatch', { detail }))).toBe(
      `${detail} If you mean to send it, rename it first.`,
    )
    expect(words(problem('unsafe_archive', { detail: 'It leads out.' }))).toBe('It leads out.')
  })

  it('tells how many pixels a picture may have, and to how much an archive may unpack', () => {
    expect(words(problem('too_many_pixels', { limit: 250_000_000 }))).toContain(
      '250,000,000 pixels',
    )
    expect(words(problem('archive_bomb', { limit: 1024 ** 4 }))).toContain('more than 1 TB')
    expect(words(problem('too_many_pixels'))).toBe('This picture has too many pixels.')
    expect(words(problem('archive_bomb'))).toBe('This archive would unpack to too much.')
  })

  it('tells how much the storage holds', () => {
    expect(words(problem('quota_exceeded', { limit: 1024 * MiB }))).toContain('holds 1 GB')
  })

  it('tells how many there may be', () => {
    expect(words(problem('too_many', { limit: 100 }))).toContain('There are 100 already')
    expect(words(problem('too_many'))).toContain('Remove one first')
  })

  it('says of several files that it is one of them', () => {
    for (const code of [
      'not_found',
      'used_up',
      'damaged',
      'quarantined',
      'scan_pending',
    ] as const) {
      expect(words(problem(code), { several: true })).toMatch(/one of these files/i)
      expect(words(problem(code))).not.toMatch(/one of/i)
    }
  })

  it("uses the server's own words where it has no better ones", () => {
    expect(words(problem('invalid'))).toBe('the server says')
  })

  it('names the connection when nobody answered', () => {
    expect(words(new ProblemError(0))).toContain('could not be reached')
  })

  it('has words for a proxy that answers in its own way', () => {
    expect(words(new ProblemError(413))).toContain('larger')
    expect(words(new ProblemError(502))).toContain('Try again in a moment')
  })

  it('shows nothing of a failure of our own', () => {
    expect(words(new TypeError('x is not a function'))).toBe('Something went wrong. Try again.')
  })
})
