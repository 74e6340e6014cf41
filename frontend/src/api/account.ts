/** The signed-in account and the server's limits, as hooks. Every page that shows them uses these. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { api, unwrap } from './client'
import { session, type SessionState } from './session'

/** Whether somebody is signed in, watched. */
export function useSessionState(): SessionState {
  return useSyncExternalStore(
    (watcher) => session.watch(watcher),
    () => session.state,
  )
}

/** The account's data; invalidate it whenever something was stored or removed. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/me', { signal })),
})

/** The signed-in account; nothing while nobody is signed in. */
export function useMe() {
  return useQuery({ ...meQuery, enabled: useSessionState() === 'signed-in' })
}

/** The limits of this server; they do not change while it runs. */
export function useServerInfo() {
  return useQuery({
    queryKey: ['server'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/server', { signal })),
    staleTime: Infinity,
  })
}

/** Whether mail of this server's reaches people; taken for granted until that is known. */
export function useSendsMail(): boolean {
  return useServerInfo().data?.sends_mail ?? true
}
