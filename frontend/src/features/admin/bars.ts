/** The server's answer as bars of a chart, and as figures with their trends. */
import type { TimeSeries } from '@/api/types'
import type { Line } from './lines'
import { type Range, type Span, stepMs } from './range'

/** One bar: when it begins, and how much there is of each line. */
export interface Bar {
  readonly start: number
  readonly values: Readonly<Record<string, number>>
}

/** What there is of one line, by when its steps begin. */
function pointsOf({ series }: TimeSeries, { metric, part, figure }: Line) {
  return series
    .filter((one) => one.metric === metric && (part === undefined || one.key === part))
    .flatMap(({ points }) => points.map((point) => ({ start: point.start, value: point[figure] })))
}

/** The bars of a span; where nothing happened they are empty, not absent. */
export function barsOf(
  answer: TimeSeries,
  lines: readonly Line[],
  { from, to }: Span,
  range: Range,
): Bar[] {
  const length = stepMs(range.step) * range.perBar
  const bars = Array.from({ length: Math.round((to - from) / length) }, (_, n) => ({
    start: from + n * length,
    values: Object.fromEntries(lines.map(({ key }) => [key, 0])),
  }))
  for (const line of lines) {
    for (const { start, value } of pointsOf(answer, line)) {
      const bar = bars[Math.floor((start - from) / length)]
      if (bar) bar.values[line.key] = (bar.values[line.key] ?? 0) + value
    }
  }
  return bars
}

/** How much there is of a line in all, or in the steps that begin before a moment. */
export function totalOf(answer: TimeSeries, line: Line, before = Infinity): number {
  return pointsOf(answer, line)
    .filter(({ start }) => start < before)
    .reduce((total, { value }) => total + value, 0)
}

/** Whether there is anything of any line. */
export function isEmpty(bars: readonly Bar[]): boolean {
  return bars.every(({ values }) => Object.values(values).every((value) => value === 0))
}

/** How much more there is than before, as people say it; nothing where there was nothing before. */
export function trendWords(now: number, before: number): string | null {
  if (before <= 0) return null
  const change = Math.round(((now - before) / before) * 100)
  if (change === 0) return 'as before'
  return `${Math.abs(change).toLocaleString('en')}% ${change > 0 ? 'more' : 'less'}`
}
