/** The page's one upload queue, and its state as a hook. It goes on while one looks at other pages. */
import { useSyncExternalStore } from 'react'
import { session } from '@/api/session'
import { fileSender } from './send-file'
import { isUnderWay, type Upload, UploadQueue } from './upload-queue'

/** The queue. */
export const uploads = new UploadQueue(fileSender(session), () => performance.now())

session.watch(() => {
  if (session.state === 'signed-out') uploads.reset()
})

const warn = (event: BeforeUnloadEvent) => event.preventDefault()

// Only while something moves: a page that listens all the time is kept out of the back-forward cache.
uploads.watch(() => {
  if (uploads.uploads.some(isUnderWay)) window.addEventListener('beforeunload', warn)
  else window.removeEventListener('beforeunload', warn)
})

/** The files of the queue, watched. */
export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (watcher) => uploads.watch(watcher),
    () => uploads.uploads,
  )
}
