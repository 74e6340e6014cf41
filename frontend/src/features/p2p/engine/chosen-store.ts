/**
 * Writes received files straight to where a person wants them, in a worker. A file is put in place once it is
 * proven. Of what is unfinished when the page goes, whole files stay and are not sent again; the one in hand is, for
 * a browser throws away what it was writing.
 */
import { type BlockStore, type Opened, type ReceivedBlock } from './block-store'
import { type ChosenPlace } from './chosen-place'
import { type OfferedFile } from './control-messages'
import { TransferError } from './failure'
import { forgetPlace, rememberPlace } from './place-memory'
import { savePath } from './save-paths'
import { StoreWorker } from './store-worker'
import { TransferFolder } from './transfer-folder'
import { type TransferRecord } from './transfer-record'

/** Puts the files of one transfer where they are wanted. */
export class ChosenStore implements BlockStore {
  readonly inPlace = true
  readonly #worker = new StoreWorker()
  readonly #folder: TransferFolder
  readonly #place: ChosenPlace

  private constructor(folder: TransferFolder, place: ChosenPlace) {
    this.#folder = folder
    this.#place = place
  }

  /** Opens a store for a transfer, and notes which it is. Throws `unwritable`. */
  static async open(record: TransferRecord, place: ChosenPlace): Promise<ChosenStore> {
    const folder = await TransferFolder.make()
    if (!folder) throw new TransferError('unwritable', 'no private file system')
    const store = new ChosenStore(folder, place)
    try {
      await store.#open(record.files)
      await rememberPlace(folder.name, place)
      await folder.note({ ...record, chosen: true })
      return store
    } catch (error) {
      store.close(false)
      throw error
    }
  }

  /** Goes on with what an earlier page has left. Throws `unwritable`. */
  static async resume(
    folder: TransferFolder,
    { files }: TransferRecord,
    place: ChosenPlace,
  ): Promise<Opened> {
    const store = new ChosenStore(folder, place)
    try {
      return { store, journal: await store.#open(files) }
    } catch (error) {
      store.close(true)
      throw error
    }
  }

  reserve(): Promise<void> {
    // How full the disk is that the folder is on, a browser does not tell.
    return Promise.resolve()
  }

  async write(block: ReceivedBlock): Promise<void> {
    const buffers = block.chunks.map((chunk) => chunk.buffer)
    await this.#worker.call({ op: 'write', block }, buffers)
  }

  async finish(number: number): Promise<File> {
    const { content } = await this.#worker.call({ op: 'finish', file: number })
    if (!content) throw new TransferError('unwritable', 'the file is gone')
    return content
  }

  close(keep: boolean): void {
    void this.#close(keep)
  }

  async #open(files: readonly OfferedFile[]) {
    const destination = { place: this.#place, paths: files.map(savePath) }
    const call = { op: 'open', directory: this.#folder.path, destination } as const
    const { journal } = await this.#worker.call(call)
    return journal ?? { blocks: [], delivered: [] }
  }

  async #close(keep: boolean): Promise<void> {
    await this.#worker.call({ op: 'close', keep }).catch(() => undefined)
    this.#worker.terminate()
    if (!keep) {
      await forgetPlace(this.#folder.name)
      await this.#folder.delete()
    }
    this.#folder.release()
  }
}
