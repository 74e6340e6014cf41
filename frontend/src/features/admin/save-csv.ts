/** Has the browser save what happened. */
import type { TimeSeries } from '@/api/types'
import { csvOf } from './csv'

/** As a file of that name. */
export function saveCsv(answer: TimeSeries, name: string): void {
  const url = URL.createObjectURL(new Blob([csvOf(answer)], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
