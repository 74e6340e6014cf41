/** What the dashboard asks of the server. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { TimeSeries } from '@/api/types'
import { type Range, type Span, spansAt } from './range'

/** How often figures are asked for that are looked at, in milliseconds. */
const EVERY_MS = 10_000

/** The server as it is. */
export const statsQuery = queryOptions({
  queryKey: ['admin', 'stats'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/stats', { signal })),
  refetchInterval: EVERY_MS,
})

/** What the time before is held against. */
const COMPARED = 'downloads,transfers'

/** What happened in a span: all of it, or what is told by those metrics. */
function happened(range: Range, { from, to }: Span, signal: AbortSignal, metrics?: string) {
  const rfc3339 = (ms: number) => new Date(ms).toISOString()
  return unwrap(
    api.GET('/api/stats/timeseries', {
      params: {
        query: {
          step: range.step,
          from: rfc3339(from),
          to: rfc3339(to),
          ...(metrics !== undefined && { metrics }),
        },
      },
      signal,
    }),
  )
}

/** What happened in a range that ends now, and what in the time before it. */
export interface Happened {
  readonly range: Range
  readonly span: Span
  readonly current: TimeSeries
  readonly before: TimeSeries
}

/** Until it has come, what is known of the range before. */
export function happenedQuery(range: Range) {
  return queryOptions({
    queryKey: ['admin', 'happened', range.key],
    queryFn: async ({ signal }): Promise<Happened> => {
      const spans = spansAt(range, Date.now())
      const [current, before] = await Promise.all([
        happened(range, spans.current, signal),
        happened(range, spans.before, signal, COMPARED),
      ])
      return { range, span: spans.current, current, before }
    },
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  })
}
