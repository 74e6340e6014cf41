/** What the library asks of the server. Keys begin with `library`, so that one word refreshes all. */
import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { meQuery } from '@/api/account'
import { api, unwrap } from '@/api/client'
import type { FilePage } from '@/api/types'

/** Rows a page. */
const PAGE = 50

/** The files, newest first. */
export const filesQuery = infiniteQueryOptions({
  queryKey: ['library', 'files'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET('/api/files', {
        params: { query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page: FilePage) => page.next_cursor,
})

/** One file with its download address. */
export function fileQuery(id: string) {
  return queryOptions({
    queryKey: ['library', 'file', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/files/{id}', { params: { path: { id } }, signal })),
  })
}

/** The links to one file, newest first. */
export function sharesQuery(id: string) {
  return queryOptions({
    queryKey: ['library', 'shares', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/shares', { params: { query: { file_id: id } }, signal })),
  })
}

/** Who fetched a file, newest first. */
export function downloadsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['library', 'downloads', id],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/files/{id}/downloads', {
          params: { path: { id }, query: pageParam ? { cursor: pageParam } : {} },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** Asks anew for whatever a change to files or links may have touched. */
export async function refreshLibrary(queries: QueryClient): Promise<void> {
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['library'] }),
    queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  ])
}
