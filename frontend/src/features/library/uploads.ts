/** The page's one upload queue, and its state as a hook. It goes on while one looks at other pages. */
import { useSyncExternalStore } from 'react'
import { session } from '@/api/session'
import { fileSender } from './send-file'
import { uploadApi } from './upload-api'
import { BrowserMemory } from './upload-memory'
import { isUnderWay, type Upload, UploadQueue } from './upload-queue'

/** The queue. */
export const uploads = new UploadQueue(fileSender(uploadApi), new BrowserMemory(), () =>
  performance.now(),
)

function followSession(): void {
  if (session.state === 'signed-in') void uploads.goOn()
  if (session.state === 'signed-out') uploads.reset()
}

session.watch(followSession)
followSession()

const warn = (event: BeforeUnloadEvent) => event.preventDefault()

// Only while something moves that a reload would end; a page that listens all the time is kept out of the
// back-forward cache.
uploads.watch(() => {
  if (uploads.uploads.some((upload) => isUnderWay(upload) && !upload.kept))
    window.addEventListener('beforeunload', warn)
  else window.removeEventListener('beforeunload', warn)
})

/** The files of the queue, watched. */
export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (watcher) => uploads.watch(watcher),
    () => uploads.uploads,
  )
}
