/**
 * Numbers as people read them: sizes, speeds, durations, dates. Used by every page.
 *
 * Sizes count in steps of 1024 and are written KB, MB, GB, as most file managers do: a limit of
 * 524,288,000 bytes reads "500 MB".
 */

const SIZE_UNITS = ['KB', 'MB', 'GB', 'TB']

// Making one takes longer than drawing the row it is for.
const COUNTS = new Intl.NumberFormat('en')
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const MOMENTS = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** A number of bytes: `1 byte`, `17 KB`, `1.4 GB`. Three digits at most, so that columns line up. */
export function formatBytes(bytes: number): string {
  // 999.5 would round to four digits: move on to the next unit before it does.
  if (bytes < 999.5) return formatCount(Math.max(0, Math.round(bytes)), 'byte')
  let value = bytes / 1024
  let step = 0
  while (value >= 999.5 && step < SIZE_UNITS.length - 1) {
    value /= 1024
    step += 1
  }
  const digits = (value >= 99.95 ? WHOLE : TENTHS).format(value)
  // A figure never stands on one line and its unit on the next.
  return `${digits}\u00a0${SIZE_UNITS[step] ?? 'TB'}`
}

/** A speed in bytes a second: `12.5 MB/s`. */
export function formatSpeed(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`
}

/** A duration in seconds, in its two largest units: `8 s`, `2 min 5 s`, `3 h 20 min`, `2 days`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown'
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(whole / 60)
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const days = Math.round(whole / 86_400)
  return days === 1 ? '1 day' : `${days} days`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

const RELATIVE_STEPS: [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [86_400 * 30, 86_400, 'day'],
  [86_400 * 365, 86_400 * 30, 'month'],
  [Infinity, 86_400 * 365, 'year'],
]

/** A moment (milliseconds since the Unix epoch) seen from `now`: `just now`, `5 minutes ago`, `in 7 days`. */
export function formatRelative(at: number, now: number): string {
  const seconds = (at - now) / 1000
  if (Math.abs(seconds) < 45) return seconds > 0 ? 'in a moment' : 'just now'
  const step = RELATIVE_STEPS.find(([limit]) => Math.abs(seconds) < limit)
  const [, size, unit] = step ?? [Infinity, 86_400 * 365, 'year' as const]
  return RELATIVE.format(Math.round(seconds / size), unit)
}

/** A moment in full, in the reader's own time zone: `Nov 21, 2026, 3:58 PM`. */
export function formatDateTime(at: number): string {
  return MOMENTS.format(at)
}

/** A share of a whole as a percentage without decimals; 100 only when it is whole. */
export function formatPercent(done: number, total: number): string {
  if (total <= 0) return '0%'
  return `${Math.min(100, Math.floor((done / total) * 100))}%`
}

/** A count by itself: `1,000`. */
export function formatNumber(count: number): string {
  return COUNTS.format(count)
}

/** A count with its noun: `1 file`, `3 files`. */
export function formatCount(count: number, noun: string): string {
  return `${COUNTS.format(count)} ${count === 1 ? noun : `${noun}s`}`
}
