/**
 * Follows the frames of a transfer and refuses the first that is not the one due: wrong file, wrong
 * block, a gap, too much, a seal too early. Used by `FileReceiver`.
 */
import { type ReceivedBlock } from './block-store'
import { TransferError } from './failure'
import { type Frame, FRAME_CHUNK } from './frames'
import { BLOCK_BYTES } from './protocol'

/** A file whose content is expected. */
export interface ExpectedFile {
  readonly number: number
  readonly size: number
}

/** Collects chunks into blocks, for the accepted files in order. */
export class BlockAssembler {
  readonly #files: readonly ExpectedFile[]
  #at = 0
  #block = 0
  #chunks: Uint8Array<ArrayBuffer>[] = []
  #length = 0

  constructor(files: readonly ExpectedFile[]) {
    // An empty file has no blocks, so that no frame is ever due for it.
    this.#files = files.filter((file) => file.size > 0)
  }

  /** Takes the next frame; returns the block that it completes, if it does. Throws `malformed`. */
  take(frame: Frame): ReceivedBlock | undefined {
    const file = this.#files[this.#at]
    if (!file) throw outOfPlace('past the last file')
    if (frame.file !== file.number || frame.block !== this.#block)
      throw outOfPlace('of another block')
    const length = Math.min(BLOCK_BYTES, file.size - this.#block * BLOCK_BYTES)
    if (frame.kind === FRAME_CHUNK) {
      if (frame.offset !== this.#length) throw outOfPlace('after a gap')
      if (frame.offset + frame.payload.length > length) throw outOfPlace('past the end of the file')
      this.#chunks.push(frame.payload)
      this.#length += frame.payload.length
      return undefined
    }
    if (frame.offset !== length || this.#length !== length)
      throw outOfPlace('before its block is whole')
    return this.#seal(file, frame.payload)
  }

  #seal(file: ExpectedFile, digest: Uint8Array<ArrayBuffer>): ReceivedBlock {
    const last = (this.#block + 1) * BLOCK_BYTES >= file.size
    const sealed = { file: file.number, block: this.#block, chunks: this.#chunks, digest, last }
    this.#chunks = []
    this.#length = 0
    this.#block = last ? 0 : this.#block + 1
    if (last) this.#at += 1
    return sealed
  }
}

function outOfPlace(where: string): TransferError {
  return new TransferError('malformed', `a frame ${where}`)
}
