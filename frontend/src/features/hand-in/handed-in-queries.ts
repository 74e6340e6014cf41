/** What operators ask the server of what was handed in. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { HAND_INS } from '@/api/hand-ins'
import type { HandedInPage } from '@/api/types'
import { findInPages } from './find-in-pages'

/** Rows a page. */
const PAGE = 50
/** The most that the server gives at once, where only one row of them is wanted. */
const LARGEST_PAGE = 200

function pageAt(cursor: string | undefined, limit: number, signal: AbortSignal) {
  return unwrap(
    api.GET('/api/handed-in', {
      params: { query: { limit, ...(cursor ? { cursor } : {}) } },
      signal,
    }),
  )
}

/** Everything that was handed in, newest first. */
export const handedInQuery = infiniteQueryOptions({
  queryKey: [HAND_INS, 'all'],
  queryFn: ({ pageParam, signal }) => pageAt(pageParam, PAGE, signal),
  initialPageParam: '',
  getNextPageParam: (page: HandedInPage) => page.next_cursor,
})

/** One of them, on whatever page it is; `null` where it is not there any more. */
export function handedInFileQuery(id: string) {
  return queryOptions({
    queryKey: [HAND_INS, 'one', id],
    queryFn: ({ signal }) => findInPages(id, (cursor) => pageAt(cursor, LARGEST_PAGE, signal)),
  })
}
