/** What the settings ask of the server about sessions. */
import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { SessionPage } from '@/api/types'

/** Where one is signed in, newest first. */
export const sessionsQuery = infiniteQueryOptions({
  queryKey: ['sessions'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET('/api/me/sessions', {
        params: { query: pageParam ? { cursor: pageParam } : {} },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page: SessionPage) => page.next_cursor,
})
