/** What is on its way to file requests, one queue for each. They go on while one looks at other pages. */
import type { SentFile } from '@/api/types'
import { fileSender } from '@/lib/uploads/send-file'
import { BrowserMemory } from '@/lib/uploads/upload-memory'
import { UploadQueue } from '@/lib/uploads/upload-queue'
import { warnBeforeLeaving } from '@/lib/uploads/watched-queue'
import { RequestAccess } from './request-access'
import { requestApi } from './request-api'
import { requestWords } from './request-words'

/** What goes to one request. */
export interface RequestUploads {
  readonly queue: UploadQueue<SentFile>
  readonly access: RequestAccess
  /** Notes who asks, whom words then name. */
  readonly isOf: (owner: string) => void
}

const known = new Map<string, RequestUploads>()

/** Those of a request: what this browser remembers of it goes on when it is first asked for. */
export function requestUploads(slug: string): RequestUploads {
  const found = known.get(slug)
  if (found) return found
  let asker = 'Whoever asks'
  const access = new RequestAccess()
  const queue = new UploadQueue(
    fileSender(requestApi(slug, access)),
    new BrowserMemory(slug),
    () => performance.now(),
    (error, subject) => requestWords(error, asker, subject),
  )
  warnBeforeLeaving(queue)
  void queue.goOn()
  const isOf = (owner: string) => {
    asker = owner
  }
  const made = { queue, access, isOf }
  known.set(slug, made)
  return made
}
