import { describe, expect, it } from 'vitest'
import type { FileSummary, Me, ServerInfo } from '@/api/types'
import {
  changeChoices,
  expiresSoon,
  formatExpiry,
  keptUntil,
  lifetimeOf,
  uploadChoices,
} from './expiry'
import { lifetimeFields } from '@/lib/uploads/lifetime'

const DAY = 86_400
const server = { file_expiry_days: 7, expiry_warning_days: 2 } as ServerInfo
const keeper = { may_keep: true, max_expires_in: 365 * DAY } as Me
const other = { may_keep: false, max_expires_in: 7 * DAY } as Me
const file = (created_at: number, expires_at: number | null) =>
  ({ created_at, expires_at }) as FileSummary
const labels = (options: { label: string }[]) => options.map(({ label }) => label)

describe('what can be chosen', () => {
  it('begins with what is usual, and ends with keeping where that is allowed', () => {
    expect(labels(uploadChoices(server, keeper))).toEqual([
      '7 days, as usual',
      'One hour',
      'One day',
      'Three days',
      '30 days',
      'One year',
      'Until I delete it',
    ])
  })

  it('is nothing that the server would refuse', () => {
    expect(labels(uploadChoices(server, other))).toEqual([
      '7 days, as usual',
      'One hour',
      'One day',
      'Three days',
    ])
    // Six days after it was stored, whoever may not keep it has one left.
    const old = file(0, 7 * DAY * 1000)
    expect(labels(changeChoices(old, other, 6 * DAY * 1000))).toEqual([
      'One hour from now',
      'One day from now',
    ])
    expect(labels(changeChoices(old, other, 6 * DAY * 1000 + 1))).toEqual(['One hour from now'])
    expect(changeChoices(old, other, 7 * DAY * 1000 - 1)).toEqual([])
    expect(labels(changeChoices(old, keeper, 6 * DAY * 1000 + 1))).toContain('One year from now')
  })

  it('becomes what a request says', () => {
    const requests = uploadChoices(server, keeper).map(({ value }) =>
      lifetimeFields(lifetimeOf(value)),
    )
    expect(requests[0]).toEqual({})
    expect(requests[1]).toEqual({ expires_in: 3600 })
    expect(requests.at(-1)).toEqual({ keep: true })
  })
})

describe('when it expires', () => {
  it('is soon within the time of the warning, to the millisecond, and never where it is kept', () => {
    const soon = 2 * DAY * 1000
    expect(expiresSoon(file(0, soon), server, 0)).toBe(true)
    expect(expiresSoon(file(0, soon + 1), server, 0)).toBe(false)
    expect(expiresSoon(file(0, null), server, 0)).toBe(false)
    expect(expiresSoon(file(0, 1000), { ...server, expiry_warning_days: 0 }, 0)).toBe(false)
  })

  it('is told as a time to come, by whatever clock', () => {
    expect(formatExpiry(5 * 3_600_000, 0)).toBe('in 5 hours')
    expect(formatExpiry(0, 60_000)).toBe('in a moment')
    expect(keptUntil(file(0, null), 0)).toBe('you delete it')
    expect(keptUntil(file(0, 3 * DAY * 1000), 0)).toMatch(/1970.* \(in 3 days\)$/)
  })
})
