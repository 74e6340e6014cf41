/**
 * Sends a part of an upload, by `XMLHttpRequest`, since `fetch` tells no upload progress. It needs no token, for its
 * address lets it in. That may be the server's or a bucket's, whose answers are no problems (RFC 9457).
 */
import { isProblem, ProblemError } from '@/api/problem'
import type { PartAddress } from '@/api/types'

/** Where a part goes, and the headers it has to have there. */
export type Address = Pick<PartAddress, 'url' | 'headers'>

/** How a part goes. */
export interface PutOptions {
  /** Called with how many of its bytes have gone. */
  readonly onProgress: (sent: number) => void
  readonly signal: AbortSignal
}

/** Sends a part. Throws `ProblemError`, or whatever the signal was aborted with. */
export function putPart(
  { url, headers = {} }: Address,
  bytes: Uint8Array<ArrayBuffer>,
  { onProgress, signal }: PutOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded }) => onProgress(loaded)
    request.onload = () => {
      if (request.status === 200) resolve()
      else reject(new ProblemError(request.status, problemIn(request.responseText)))
    }
    request.onerror = () => reject(new ProblemError(0))
    request.onabort = () => reject(signal.reason as Error)
    request.onloadend = () => signal.removeEventListener('abort', abort)
    signal.addEventListener('abort', abort)
    request.send(bytes)
  })
}

function problemIn(text: string) {
  try {
    const body: unknown = JSON.parse(text)
    return isProblem(body) ? body : undefined
  } catch {
    return undefined
  }
}
