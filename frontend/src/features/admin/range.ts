/** The spans of time that the dashboard tells of. */
import type { Step } from '@/api/types'

/** A span that ends now. */
export interface Range {
  readonly key: string
  /** As one chooses it, and as it ends a sentence: "in 7 days". */
  readonly label: string
  /** By what the server counts. */
  readonly step: Step
  /** How many of these it has, the one under way among them. */
  readonly steps: number
  /** How many make one bar of a chart. */
  readonly perBar: number
}

const WEEK: Range = {
  key: 'week',
  label: '7 days',
  step: 'day',
  steps: 7,
  perBar: 1,
}

/** What there is to choose from. */
export const RANGES: readonly Range[] = [
  { key: 'day', label: '24 hours', step: 'hour', steps: 24, perBar: 1 },
  WEEK,
  { key: 'month', label: '30 days', step: 'day', steps: 30, perBar: 1 },
  { key: 'year', label: '12 months', step: 'day', steps: 364, perBar: 7 },
]

/** The one of that key; a week where there is none. */
export function rangeOf(key: string | null): Range {
  return RANGES.find((range) => range.key === key) ?? WEEK
}

const HOUR_MS = 3600 * 1000

/** Milliseconds of a step. */
export function stepMs(step: Step): number {
  return step === 'hour' ? HOUR_MS : 24 * HOUR_MS
}

/** A time by its ends, in milliseconds since the Unix epoch. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The range as it is at a moment, in whole steps (UTC), and the time of the same length before it. */
export function spansAt({ step, steps }: Range, now: number): { current: Span; before: Span } {
  const ms = stepMs(step)
  const to = Math.floor(now / ms) * ms + ms
  const from = to - steps * ms
  return { current: { from, to }, before: { from: from - steps * ms, to: from } }
}
