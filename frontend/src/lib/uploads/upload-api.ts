/** The calls that an upload in parts is made of, whoever it goes to. The library has its own, and so has every file request. */
import type { ReceivedPart, UploadedFile, UploadSession } from '@/api/types'
import type { Address, PutOptions } from './put-part'
import type { Wish } from './upload-queue'

/** As RFC 9110 §8.3.1 has them, without parameters. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/

/** What is going to be sent. */
export interface Announced extends Wish {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Media type; empty where the browser knows none. */
  readonly type: string
}

/** What is there of an upload, and what it became. */
export interface Found<Sent> extends UploadSession {
  readonly parts: ReceivedPart[]
  readonly file?: Sent | null
}

/** The calls; each throws `ProblemError`, or whatever a signal was aborted with. `Sent` is what a file becomes. */
export interface UploadApi<Sent = UploadedFile> {
  /** Its `id` is all that the others are told of it. */
  begin(announced: Announced): Promise<UploadSession>
  /** What is there of an upload. */
  get(id: string): Promise<Found<Sent>>
  /** The address that takes a part with this digest, in hexadecimal. */
  address(id: string, part: { number: number; sha256: string }): Promise<Address>
  put(address: Address, bytes: Uint8Array<ArrayBuffer>, options: PutOptions): Promise<void>
  complete(id: string): Promise<Sent>
  abort(id: string): Promise<void>
}

/** The media type for the server; nothing where the browser was told one that is none: the server guesses better. */
export function mediaType({ type }: Announced): { type?: string } {
  return MEDIA_TYPE.test(type) ? { type } : {}
}
