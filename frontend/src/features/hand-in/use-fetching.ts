/** Fetching what was handed in, and finding out when that is done. Used by the operators' list. */
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { HandedIn } from '@/api/types'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { saveAs } from '@/lib/save-as'

/** How often the server is asked whether a file has been checked or has gone out, in milliseconds: only it knows. */
const EVERY = 2_000

/** Until when each file that is on its way is asked about, in milliseconds since the epoch. */
type Awaited = ReadonlyMap<string, number>

/** How to fetch, and how often to ask for the rows meanwhile. */
export function useFetching() {
  const toast = useToast()
  const [awaited, setAwaited] = useState<Awaited>(new Map())

  /** Starts an ordinary browser download, from an address that is good for this account alone. */
  const fetchFile = async ({ id, name }: HandedIn) => {
    try {
      const { download_url, expires_at } = await unwrap(
        api.POST('/api/files/{id}/signed-url', { params: { path: { id } } }),
      )
      saveAs(download_url)
      setAwaited((before) => new Map(before).set(id, expires_at))
    } catch (error) {
      toast({
        title: `${name} could not be fetched.`,
        description: problemWords(error),
        tone: 'danger',
      })
    }
  }

  const refreshEvery = (rows: readonly HandedIn[]) =>
    isAwaited(rows, awaited, Date.now()) ? EVERY : false

  return { fetchFile, refreshEvery }
}

/** Whether one of the rows is being checked, or on its way and not yet known to have been fetched. */
export function isAwaited(rows: readonly HandedIn[], awaited: Awaited, now: number): boolean {
  return rows.some(
    ({ id, fetched_at, scan }) =>
      scan === 'pending' || (typeof fetched_at !== 'number' && now < (awaited.get(id) ?? 0)),
  )
}
