/**
 * The calls that an upload in parts is made of. Parts go by `XMLHttpRequest`, since `fetch` tells no
 * upload progress; they need no token, for their addresses let them in. Those may be the server's or those of a bucket,
 * whose answers are no problems (RFC 9457).
 */
import { api, unwrap } from '@/api/client'
import { isProblem, ProblemError } from '@/api/problem'
import type { PartAddress, UploadDetails, UploadedFile, UploadSession } from '@/api/types'
import type { Goal } from './upload-queue'

/** As RFC 9110 §8.3.1 has them, without parameters. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/

/** What is going to be sent. */
export interface Announced {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Media type; empty where the browser knows none. */
  readonly type: string
  readonly handIn: boolean
  readonly goal: Goal
}

/** Where a part goes, and the headers it has to have there. */
export type Address = Pick<PartAddress, 'url' | 'headers'>

/** How a part goes. */
export interface PutOptions {
  /** Called with how many of its bytes have gone. */
  readonly onProgress: (sent: number) => void
  readonly signal: AbortSignal
}

/** The calls; each throws `ProblemError`, or whatever a signal was aborted with. */
export interface UploadApi {
  begin(announced: Announced): Promise<UploadSession>
  /** What is there of an upload. */
  get(id: string): Promise<UploadDetails>
  /** The address that takes a part with this digest, in hexadecimal. */
  address(id: string, part: { number: number; sha256: string }): Promise<Address>
  put(address: Address, bytes: Uint8Array<ArrayBuffer>, options: PutOptions): Promise<void>
  complete(id: string): Promise<UploadedFile>
  abort(id: string): Promise<void>
}

/** The server's. */
export const uploadApi: UploadApi = {
  begin: ({ name, size, type, handIn, goal: { folderId, path } }) =>
    unwrap(
      api.POST('/api/uploads', {
        body: {
          name,
          size,
          hand_in: handIn,
          folder_id: folderId,
          // Some systems tell browsers types that are none: the server guesses better.
          ...(MEDIA_TYPE.test(type) && { type }),
          ...(path && { path }),
        },
      }),
    ),
  get: (id) => unwrap(api.GET('/api/uploads/{id}', { params: { path: { id } } })),
  address: async (id, part) => {
    const { parts } = await unwrap(
      api.POST('/api/uploads/{id}/parts', { params: { path: { id } }, body: { parts: [part] } }),
    )
    const [address] = parts
    if (!address) throw new ProblemError(500)
    return address
  },
  put,
  complete: (id) =>
    unwrap(api.POST('/api/uploads/{id}/complete', { params: { path: { id } }, body: {} })),
  abort: async (id) => {
    await unwrap(api.DELETE('/api/uploads/{id}', { params: { path: { id } } }))
  },
}

function put(
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
