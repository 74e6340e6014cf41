/** What one handed in to the operators, as the server tells of it. The upload page and the page of hand-ins ask this. */
import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'
import type { OwnHandInPage } from './types'

/** All keys about hand-ins begin with it, so that one word refreshes all. */
export const HAND_INS = 'hand-ins'

/** What one handed in oneself, newest first. */
export const ownHandInsQuery = infiniteQueryOptions({
  queryKey: [HAND_INS, 'own'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET('/api/me/handed-in', {
        params: { query: pageParam ? { cursor: pageParam } : {} },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page: OwnHandInPage) => page.next_cursor,
})

/** Asks anew for whatever was handed in or fetched. */
export async function refreshHandIns(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: [HAND_INS] })
}
