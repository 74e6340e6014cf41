/** What the settings ask of the server about API tokens. */
import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { ApiTokenPage } from '@/api/types'

/** One's tokens, newest first. */
export const tokensQuery = infiniteQueryOptions({
  queryKey: ['tokens'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET('/api/me/tokens', {
        params: { query: pageParam ? { cursor: pageParam } : {} },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page: ApiTokenPage) => page.next_cursor,
})
