/** Keeps the library up to date while files arrive. Used by its pages; uploads go on across them. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { refreshLibrary } from './library-queries'
import { useUploads } from './uploads'

/** Asks for the files and the used storage anew whenever one more file has arrived. */
export function useRefreshAfterUploads(): void {
  const queries = useQueryClient()
  const done = useUploads().filter(({ state }) => state.is === 'done').length
  useEffect(() => {
    if (done > 0) void refreshLibrary(queries)
  }, [done, queries])
}
