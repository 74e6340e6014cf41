/**
 * Puts the blocks that come over one connection together, and refuses the first frame that is out of
 * place: a block nobody asked for, a gap, too much, a seal too early. Used by `ReceivingConversation`.
 */
import { type ReceivedBlock } from './block-store'
import { TransferError } from './failure'
import { type Frame, FRAME_CHUNK, sealed } from './frames'
import { type ReceivedContent } from './received-content'

interface Unfinished {
  readonly file: number
  readonly block: number
  /** Bytes it will have. */
  readonly length: number
  readonly chunks: Uint8Array<ArrayBuffer>[]
}

/** Collects one connection's chunks into blocks. */
export class BlockAssembler {
  readonly #content: ReceivedContent
  #current: Unfinished | undefined
  #length = 0

  constructor(content: ReceivedContent) {
    this.#content = content
  }

  /** Takes the next frame; returns the block that it completes, if it does. Throws `malformed`. */
  take(frame: Frame): ReceivedBlock | undefined {
    const current = this.#current ?? this.#begin(frame)
    if (frame.file !== current.file || frame.block !== current.block) {
      throw outOfPlace('of another block')
    }
    if (frame.offset !== this.#length) throw outOfPlace('after a gap')
    const { digest, piece } = frame.kind === FRAME_CHUNK ? open(frame) : sealed(frame)
    const end = this.#length + piece.length
    if (end > current.length) throw outOfPlace('past the end of its block')
    if (digest ? end !== current.length : end === current.length) {
      throw outOfPlace(digest ? 'before its block is whole' : 'without the seal that is due')
    }
    current.chunks.push(piece)
    this.#length = end
    if (!digest) return undefined
    this.#current = undefined
    const { file, block, chunks } = current
    return { file, block, chunks, digest }
  }

  /** Gives up what is unfinished, for its connection is gone. */
  abandon(): void {
    if (this.#current) this.#content.release(this.#current.file, this.#current.block)
    this.#current = undefined
  }

  #begin({ file, block }: Frame): Unfinished {
    const length = this.#content.wanted(file, block)
    if (length === undefined) throw outOfPlace('of a block that is not due')
    this.#content.claim(file, block)
    this.#length = 0
    this.#current = { file, block, length, chunks: [] }
    return this.#current
  }
}

function open({ payload }: Frame) {
  return { digest: undefined, piece: payload }
}

function outOfPlace(where: string): TransferError {
  return new TransferError('malformed', `a frame ${where}`)
}
