/** Sends one file to the library: begins its upload or goes on with it, sends what is missing, and completes it. */
import { ProblemError } from '@/api/problem'
import type { UploadDetails, UploadedFile } from '@/api/types'
import { sendMissing } from './part-sender'
import { persist, type Persistence, waitOrOnline } from './persistence'
import type { UploadApi } from './upload-api'
import type { Sender, SendOptions } from './upload-queue'

/** How often what is there is looked at anew, where parts are gone that were there. */
const MOST_LOOKS = 3

/** Makes the sender that uses these calls. `wait` is what it waits by between tries. */
export function fileSender(api: UploadApi, wait: Persistence['wait'] = waitOrOnline): Sender {
  return {
    send: (file, options) => send(api, file, options, wait),
    // One that cannot be reached now gives it up by itself in a week.
    discard: (session) => void api.abort(session).catch(() => undefined),
  }
}

async function send(
  api: UploadApi,
  file: File,
  { session: known, handIn, onBegun, onProgress, onStalled, signal }: SendOptions,
  wait: Persistence['wait'],
): Promise<UploadedFile> {
  const persistence = { onStalled, signal, wait }
  const found = known === null ? null : await persist(() => find(api, known), persistence)
  if (found?.file) return found.file
  const { name, size, type } = file
  let session = found ?? (await persist(() => api.begin({ name, size, type, handIn }), persistence))
  if (signal.aborted) {
    // It was cancelled before anybody knew what to discard.
    void api.abort(session.id).catch(() => undefined)
    signal.throwIfAborted()
  }
  const { id } = session
  let parts = found?.parts ?? []
  for (let looks = 0; ; looks += 1) {
    onBegun(session.id, session.received)
    const there = new Map(parts.map(({ number, sha256 }) => [number, sha256]))
    try {
      await sendMissing({ api, file, session, there, onProgress, persistence })
      return await persist(() => api.complete(id), persistence)
    } catch (error) {
      signal.throwIfAborted()
      if (!isGone(error) || looks === MOST_LOOKS) throw error
      // Of what was on its way nothing is any more.
      onStalled(false)
      const left = await persist(() => api.get(id), persistence)
      if (left.file) return left.file
      session = left
      parts = left.parts
    }
  }
}

/** Whether what was sent is not there any more: whoever looks after a bucket may have tidied up. The server knows. */
function isGone(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return error.status === 404 || error.problem?.code === 'upload_incomplete'
}

/** An upload that was begun; `null` where the server has given it up. */
async function find(api: UploadApi, session: string): Promise<UploadDetails | null> {
  try {
    return await api.get(session)
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null
    throw error
  }
}
