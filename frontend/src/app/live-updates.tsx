/** Live updates for whoever is signed in: what another page of theirs does is seen in this one. Used by `Providers`. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSessionState } from '@/api/account'
import { session } from '@/api/session'

/** Listens from the first time that somebody is signed in, for as long as they are. */
export function LiveUpdates() {
  const queries = useQueryClient()
  const isSignedIn = useSessionState() === 'signed-in'
  useEffect(() => {
    if (!isSignedIn) return
    const listening = listen(queries)
    return () => void listening.then((events) => events?.close())
  }, [isSignedIn, queries])
  return null
}

async function listen(queries: ReturnType<typeof useQueryClient>) {
  try {
    // Whoever is not signed in need not load it.
    const [{ LiveEvents }, { liveLists }] = await Promise.all([
      import('@/api/live-events'),
      import('@/features/library/live-lists'),
    ])
    return new LiveEvents(session, liveLists(queries))
  } catch {
    // The pages do without it.
    return null
  }
}
