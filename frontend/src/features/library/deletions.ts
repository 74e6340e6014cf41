/** The page's pending deletions, and what is hidden by them as a hook. */
import { useSyncExternalStore } from 'react'
import { api, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import { PendingDeletions } from './pending-deletions'

/** The deletions. */
export const deletions = new PendingDeletions(async (id, last) => {
  const params = { path: { id } }
  try {
    // What outlives the page is sent with `keepalive`.
    await unwrap(api.DELETE('/api/files/{id}', { params, keepalive: last }))
  } catch (error) {
    // Gone already is as good.
    if (!(error instanceof ProblemError && error.status === 404)) throw error
  }
})

window.addEventListener('pagehide', () => {
  // Nobody is left to be told of a failure; the file is simply still there.
  deletions.commitAll().catch(() => undefined)
})

/** Ids of files not to show, watched. */
export function useHiddenFiles(): ReadonlySet<string> {
  return useSyncExternalStore(
    (watcher) => deletions.watch(watcher),
    () => deletions.hidden,
  )
}
