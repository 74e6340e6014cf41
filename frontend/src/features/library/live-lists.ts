/** Keeps the lists of files and of uploads as the server tells of them, without asking. Used by `app/live-updates.tsx`. */
import type { QueryClient } from '@tanstack/react-query'
import type { UploadNews } from '@/api/event-messages'
import { refreshHandIns } from '@/api/hand-ins'
import type { LiveListener } from '@/api/live-events'
import type { UploadPage } from '@/api/types'
import { refreshLibrary } from './library-queries'

const UPLOADS = { queryKey: ['uploads'] }

/** What hears for a page's cache. */
export function liveLists(queries: QueryClient): LiveListener {
  const libraryChanged = () => {
    void refreshLibrary(queries)
    void refreshHandIns(queries)
  }
  return {
    connected: () => {
      libraryChanged()
      void queries.invalidateQueries(UPLOADS)
    },
    upload: (news) => {
      // A list that nobody sees is asked for when somebody does.
      queries.removeQueries({ ...UPLOADS, type: 'inactive' })
      const pages = queries.getQueriesData<UploadPage>(UPLOADS)
      const isKnown = pages.every(([, page]) => page && !isMissing(page, news))
      queries.setQueriesData<UploadPage>(UPLOADS, (page) => page && after(page, news))
      // An answer that is on its way may still have it; whether one that is on its way has it already, it will tell
      // sooner than one that is asked for now.
      if (news.state !== 'under_way') void queries.invalidateQueries(UPLOADS)
      else if (!isKnown) void queries.invalidateQueries(UPLOADS, { cancelRefetch: false })
    },
    libraryChanged,
  }
}

/** Whether a list is to hold an upload, and does not. One that has no room for all is not asked for again. */
function isMissing({ items, next_cursor }: UploadPage, { id }: UploadNews): boolean {
  return !next_cursor && !items.some((upload) => upload.id === id)
}

/** The list as it is once something has become of one of its uploads. */
function after(page: UploadPage, { id, size, received, state }: UploadNews): UploadPage {
  if (state !== 'under_way')
    return { ...page, items: page.items.filter((upload) => upload.id !== id) }
  const items = page.items.map((upload) =>
    upload.id === id ? { ...upload, size, received } : upload,
  )
  return { ...page, items }
}
