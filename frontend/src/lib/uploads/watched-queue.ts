/** An upload queue in a page: its state as a hook, and a word before it is left too early. */
import { useSyncExternalStore } from 'react'
import { isUnderWay, type Upload, type UploadQueue } from './upload-queue'

/**
 * Has the browser ask before a page is left, only while something moves that a reload would end: a page that listens all the
 * time is kept out of the back-forward cache.
 */
export function warnBeforeLeaving<Sent>(queue: UploadQueue<Sent>): void {
  // One of its own, since each queue takes away only what it has added.
  const warn = (event: BeforeUnloadEvent) => event.preventDefault()
  queue.watch(() => {
    if (queue.uploads.some((upload) => isUnderWay(upload) && !upload.kept))
      window.addEventListener('beforeunload', warn)
    else window.removeEventListener('beforeunload', warn)
  })
}

/** The files of a queue, watched. */
export function useQueue<Sent>(queue: UploadQueue<Sent>): readonly Upload<Sent>[] {
  return useSyncExternalStore(
    (watcher) => queue.watch(watcher),
    () => queue.uploads,
  )
}
