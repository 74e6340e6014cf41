/** A file request as its page knows it: what the server tells of it now, and what its password has shown. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { strangerApi, unwrap } from '@/api/client'
import type { SentFile } from '@/api/types'
import type { Upload } from '@/lib/uploads/upload-queue'
import type { Told, Unlocked } from './request-access'
import type { RequestUploads } from './request-uploads'

/** How often it is asked how many files are taken still, where others may send some, in milliseconds. */
const COUNTED_EVERY = 30_000

/** How many files have arrived. */
export function sentCount(list: readonly Upload<SentFile>[]): number {
  return list.filter(({ state }) => state.is === 'done').length
}

/** What is known last, and what went wrong when it was asked for. */
export function useRequest(
  slug: string,
  { queue, access, isOf }: RequestUploads,
  list: readonly Upload<SentFile>[],
): { told: Told | Unlocked | undefined; error: Error | null } {
  const { data, error, refetch } = useQuery({
    queryKey: ['request', slug],
    queryFn: async ({ signal }): Promise<Told> => {
      const sentBefore = sentCount(queue.uploads)
      const request = await unwrap(
        strangerApi.GET('/api/requests/{slug}', { params: { path: { slug } }, signal }),
      )
      isOf(request.owner)
      return { request, sentBefore }
    },
    refetchInterval: ({ state }) =>
      typeof state.data?.request.terms?.files_left === 'number' ? COUNTED_EVERY : false,
  })
  const unlocked = useSyncExternalStore(
    (watcher) => access.watch(watcher),
    () => access.unlocked,
  )
  const sent = sentCount(list)
  useEffect(() => {
    if (sent > 0) void refetch()
  }, [sent, refetch])
  // One that asks for no password any more has told all by itself.
  const told = data?.request.terms ? data : (unlocked ?? data)
  return { told, error }
}
