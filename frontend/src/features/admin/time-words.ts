/** When a bar of a chart is. Days are the server's (UTC); hours are told by the reader's own clock. */
import { type Range, stepMs } from './range'

const HOUR = new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', minute: '2-digit' })
const DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' })
const WEEKDAY = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
})

/** Under the bar. */
export function tickWords(start: number, { step }: Range): string {
  return (step === 'hour' ? HOUR : DAY).format(start)
}

/** In full. */
export function barWords(start: number, { step, perBar }: Range): string {
  const length = stepMs(step) * perBar
  if (step === 'hour') return `${HOUR.format(start)} to ${HOUR.format(start + length)}`
  if (perBar === 1) return WEEKDAY.format(start)
  return `${DAY.format(start)} to ${DAY.format(start + length - stepMs(step))}`
}
