/** The page's one upload queue, and its state as a hook. It goes on while one looks at other pages. */
import { session } from '@/api/session'
import { fileSender } from '@/lib/uploads/send-file'
import { uploadApi } from './upload-api'
import { BrowserMemory } from '@/lib/uploads/upload-memory'
import { type Upload, UploadQueue } from '@/lib/uploads/upload-queue'
import { useQueue, warnBeforeLeaving } from '@/lib/uploads/watched-queue'

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

warnBeforeLeaving(uploads)

/** The files of the queue, watched. */
export function useUploads(): readonly Upload[] {
  return useQueue(uploads)
}
