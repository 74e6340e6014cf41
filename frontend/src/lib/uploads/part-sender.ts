/**
 * Sends what is missing of a file, in parts, several at a time; what is there already is compared and not sent
 * again. Used by send-file.ts.
 */
import { bytesToHex } from '@noble/hashes/utils.js'
import type { UploadSession } from '@/api/types'
import { sha256Of } from '@/lib/sha256'
import { persist, type Persistence, type Statuses } from './persistence'
import type { UploadApi } from './upload-api'

/** Parts on their way at the same time: one alone would leave the line empty while it is stored. */
const AT_ONCE = 3
/**
 * What a bucket answers where the bytes were damaged on their way, or came too slowly (400), and where the address was too
 * old (403): a new one may take them.
 */
const REFUSED_BY_BUCKET: Statuses = { passing: [400, 403] }

/** What of an upload is sent, and where. */
export interface Sending {
  readonly api: Pick<UploadApi<unknown>, 'address' | 'put'>
  readonly file: Blob
  readonly session: UploadSession
  /** Digests of the parts that are there, in hexadecimal, by their numbers. */
  readonly there: ReadonlyMap<number, string>
  /** Called with how many bytes of the file have gone. */
  readonly onProgress: (sent: number) => void
  readonly persistence: Persistence
}

/** Sends them. Throws `ProblemError`, a `DOMException` where the file cannot be read, or what the signal was aborted with. */
export async function sendMissing({
  api,
  file,
  session,
  there,
  ...sending
}: Sending): Promise<void> {
  const { id, size } = session
  const partSize = session.part_size ?? size
  const parts = Math.ceil(size / partSize)
  // Where one part fails for good, the others need not go on.
  const failed = new AbortController()
  const signal = AbortSignal.any([sending.persistence.signal, failed.signal])
  const stalls = new Stalls(sending.persistence.onStalled)
  const gone = new Map<number, number>()
  let sent = session.received
  const report = (number: number, bytes: number) => {
    // What is still on its way then counts no more.
    if (signal.aborted) return
    sent += bytes - (gone.get(number) ?? 0)
    gone.set(number, bytes)
    sending.onProgress(sent)
  }

  const sendPart = async (number: number) => {
    const from = (number - 1) * partSize
    const bytes = new Uint8Array(await file.slice(from, from + partSize).arrayBuffer())
    const sha256 = bytesToHex(await sha256Of(bytes))
    if (there.get(number) !== sha256) {
      const persistence = { ...sending.persistence, signal, onStalled: stalls.of(number) }
      await persist(
        async () => {
          report(number, 0)
          const address = await api.address(id, { number, sha256 })
          signal.throwIfAborted()
          const onProgress = (sent: number) => report(number, sent)
          await api.put(address, bytes, { onProgress, signal })
        },
        persistence,
        REFUSED_BY_BUCKET,
      )
    }
    report(number, bytes.length)
  }

  for (const number of there.keys())
    gone.set(number, Math.min(partSize, size - (number - 1) * partSize))
  let next = 1
  const lane = async () => {
    while (next <= parts) {
      signal.throwIfAborted()
      const number = next
      next += 1
      await sendPart(number)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, parts) }, lane))
  } catch (error) {
    failed.abort(error)
    throw error
  }
}

/** The upload stalls while any of its parts does. */
class Stalls {
  readonly #stalled = new Set<number>()
  readonly #onStalled: (stalled: boolean) => void

  constructor(onStalled: (stalled: boolean) => void) {
    this.#onStalled = onStalled
  }

  of(number: number): (stalled: boolean) => void {
    return (stalled) => {
      if (stalled) this.#stalled.add(number)
      else this.#stalled.delete(number)
      this.#onStalled(this.#stalled.size > 0)
    }
  }
}
