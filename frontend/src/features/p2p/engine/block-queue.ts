/**
 * The blocks that one recipient still needs, in the order in which they are sent. Several connections
 * take from it, each as fast as it is. Used by `SendingConversation`.
 */
import { BlockMap } from './block-map'
import { type FileSource, type OutgoingBlock } from './file-source'

/** A file to send. */
export interface QueuedFile {
  /** Its number in the offer. */
  readonly number: number
  readonly source: FileSource
  /** Blocks that the recipient has. */
  readonly has: BlockMap
}

/** Hands out blocks, and says when a file's last has been taken. */
export class BlockQueue {
  readonly #files: readonly QueuedFile[]
  readonly #fileTaken: (number: number, digest: string) => void
  #at = 0
  #block = 0
  /** Whoever asks waits for whoever asked before. */
  #last: Promise<unknown> = Promise.resolve()

  /** `fileTaken` is told of each file, in order, once nothing more of it has to be sent. */
  constructor(files: readonly QueuedFile[], fileTaken: (number: number, digest: string) => void) {
    this.#files = files
    this.#fileTaken = fileTaken
  }

  /** The next block; nothing when all have been taken. Throws `unreadable`. */
  next(): Promise<OutgoingBlock | undefined> {
    const next = this.#last.then(() => this.#take())
    this.#last = next.catch(() => undefined)
    return next
  }

  async #take(): Promise<OutgoingBlock | undefined> {
    for (let file = this.#files[this.#at]; file; file = this.#files[this.#at]) {
      const { number, source, has } = file
      while (has.has(this.#block)) this.#block += 1
      if (this.#block < source.blocks) {
        const block = await source.read(this.#block)
        this.#block += 1
        return { file: number, ...block }
      }
      this.#fileTaken(number, await source.digest())
      this.#at += 1
      this.#block = 0
    }
    return undefined
  }
}
