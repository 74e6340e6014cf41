/** What happened, as a table for other programs (RFC 4180). */
import type { TimeSeries } from '@/api/types'

/** A row for each metric, part and step in which something happened. Parts are names of the server's. */
export function csvOf({ series }: TimeSeries): string {
  const rows = series.flatMap(({ metric, key, points }) =>
    points.map(({ start, count, bytes }) => {
      // What begins with one of these a spreadsheet would work out.
      const inert = /^[=+\-@\t]/.test(key) ? `'${key}` : key
      const part = /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
      return [new Date(start).toISOString(), metric, part, count, bytes].join(',')
    }),
  )
  return ['start,metric,part,count,bytes', ...rows, ''].join('\r\n')
}
