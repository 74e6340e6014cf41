/** What the library asks of the server. Keys begin with `library`, so that one word refreshes all. */
import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { meQuery } from '@/api/account'
import { api, unwrap } from '@/api/client'
import type { Place } from './place'
import { PAGE } from './trail'

/** Folders are sorted by their names alone. */
type FolderPlace = Pick<Place, 'folderId' | 'search'>

/** What the keys of all pages of files begin with. */
export const filesKey = ['library', 'files'] as const

/** One page of a place's files. */
export function filesPage({ folderId, search, sort, order }: Place, cursor: string) {
  const which = search === '' ? { folder_id: folderId ?? 'root', sort, order } : { q: search }
  return queryOptions({
    queryKey: [...filesKey, which, cursor],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/files', {
          params: { query: { ...which, limit: PAGE, ...(cursor && { cursor }) } },
          signal,
        }),
      ),
  })
}

/** One page of a place's folders. */
export function foldersPage({ folderId, search }: FolderPlace, cursor: string) {
  const which = search === '' ? { parent_id: folderId ?? 'root' } : { q: search }
  return queryOptions({
    queryKey: ['library', 'folders', which, cursor],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/folders', {
          params: { query: { ...which, limit: PAGE, ...(cursor && { cursor }) } },
          signal,
        }),
      ),
  })
}

/** A folder, and the way to it. */
export function folderQuery(id: string) {
  return queryOptions({
    queryKey: ['library', 'folder', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/folders/{id}', { params: { path: { id } }, signal })),
  })
}

/** The folders in a folder, for whoever chooses one. */
export function innerFoldersQuery(folderId: string | null) {
  return infiniteQueryOptions({
    queryKey: ['library', 'inner-folders', folderId],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/folders', {
          params: {
            query: {
              parent_id: folderId ?? 'root',
              limit: PAGE,
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** What lies in the trash, the last first. */
export const trashQuery = infiniteQueryOptions({
  queryKey: ['library', 'trash'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET('/api/trash', {
        params: { query: { limit: 50, ...(pageParam && { cursor: pageParam }) } },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor,
})

/** One's file requests, newest first. */
export const requestsQuery = infiniteQueryOptions({
  queryKey: ['library', 'requests'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET('/api/requests', {
        params: { query: pageParam ? { cursor: pageParam } : {} },
        signal,
      }),
    ),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor,
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
