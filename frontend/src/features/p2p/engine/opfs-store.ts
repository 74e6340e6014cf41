/**
 * Writes received files to the browser's origin-private file system, in a worker. A file stays there
 * while the browser copies it to the person's downloads, and for as long as it can be saved again; what is
 * unfinished when the page goes stays, too, so that the next page can go on with it.
 */
import { type BlockStore, type Opened, type ReceivedBlock } from './block-store'
import { type OfferedFile } from './control-messages'
import { TransferError } from './failure'
import { keepSpace, measureSpace } from './space'
import { StoreWorker } from './store-worker'
import { TransferFolder } from './transfer-folder'
import { type TransferRecord } from './transfer-record'

/** Keeps the files of one transfer in a folder of their own. */
export class OpfsStore implements BlockStore {
  readonly inPlace = false
  readonly #worker = new StoreWorker()
  readonly #folder: TransferFolder
  readonly #finished = new Set<string>()

  private constructor(folder: TransferFolder) {
    this.#folder = folder
  }

  /**
   * Opens a store for a transfer, and notes which it is; undefined where the browser or the page has no
   * private file system.
   */
  static async open(record: TransferRecord): Promise<OpfsStore | undefined> {
    const folder = await TransferFolder.make()
    if (!folder) return undefined
    const store = new OpfsStore(folder)
    try {
      await store.#open()
      await folder.note(record)
      return store
    } catch {
      // Private windows of some browsers have the interface and refuse its use.
      store.close(false)
      return undefined
    }
  }

  /** Goes on with what an earlier page has left. Throws `unwritable`. */
  static async resume(folder: TransferFolder): Promise<Opened> {
    const store = new OpfsStore(folder)
    try {
      return { store, journal: await store.#open() }
    } catch (error) {
      store.close(true)
      throw error
    }
  }

  async reserve(bytes: number): Promise<void> {
    const { fits } = await measureSpace(bytes)
    if (fits === false) throw new TransferError('out_of_space', 'more than there is space for')
    void keepSpace(bytes)
  }

  async write(block: ReceivedBlock): Promise<void> {
    const buffers = block.chunks.map((chunk) => chunk.buffer)
    await this.#worker.call({ op: 'write', block }, buffers)
  }

  async finish(number: number, file: OfferedFile): Promise<File> {
    const { content } = await this.#worker.call({ op: 'finish', file: number })
    if (!content) throw new TransferError('unwritable', 'the file is gone')
    this.#finished.add(String(number))
    const { name, media_type, modified_at } = file
    return new File([content], name, { type: media_type, lastModified: modified_at })
  }

  close(keep: boolean): void {
    void this.#close(keep)
  }

  async #open() {
    const call = { op: 'open', directory: this.#folder.path, destination: undefined } as const
    const { journal } = await this.#worker.call(call)
    return journal ?? { blocks: [], delivered: [] }
  }

  async #close(keep: boolean): Promise<void> {
    await this.#worker.call({ op: 'close', keep }).catch(() => undefined)
    this.#worker.terminate()
    const empty = this.#finished.size === 0
    if (!keep && empty) await this.#folder.delete()
    else if (!keep) await this.#folder.clear(this.#finished)
    // While there are finished files, the folder is in use for as long as the page lives.
    if (keep || empty) this.#folder.release()
  }
}
