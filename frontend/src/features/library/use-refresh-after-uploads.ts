/** Keeps the library, and what was handed in, up to date while files arrive. Used by its pages; uploads go on across them. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { refreshHandIns } from '@/api/hand-ins'
import { refreshLibrary } from './library-queries'
import { useUploads } from './uploads'

/** Asks for the files, the hand-ins and the used storage anew whenever one more file has arrived. */
export function useRefreshAfterUploads(): void {
  const queries = useQueryClient()
  const done = useUploads().filter(({ state }) => state.is === 'done').length
  useEffect(() => {
    if (done === 0) return
    void refreshLibrary(queries)
    void refreshHandIns(queries)
  }, [done, queries])
}
