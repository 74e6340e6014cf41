/**
 * Writes received files to the browser's origin-private file system, in a worker. A file stays there
 * while the browser copies it to the person's downloads, and for as long as it can be saved again;
 * `sweepOpfs` deletes what pages that are gone have left.
 */
import { type BlockStore, type ReceivedBlock } from './block-store'
import { type OfferedFile } from './control-messages'
import { TransferError } from './failure'
import { type OpfsAnswer, type OpfsCall } from './opfs-calls'
import { ROOT, transferName } from './opfs-sweep'

interface Waiting {
  resolve(answer: Extract<OpfsAnswer, { ok: true }>): void
  reject(error: TransferError): void
}

/** Keeps the files of one transfer in a folder of their own. */
export class OpfsStore implements BlockStore {
  readonly #worker: Worker
  readonly #name: string
  readonly #waiting: Waiting[] = []
  readonly #release: () => void
  #finished = 0

  private constructor(name: string, release: () => void) {
    this.#name = name
    this.#release = release
    this.#worker = new Worker(new URL('./receiver.worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', (event: MessageEvent<OpfsAnswer>) => {
      this.#settle(event.data)
    })
    this.#worker.addEventListener('error', () => {
      // The script itself failed: no answer will come to any call.
      for (const call of this.#waiting.splice(0)) {
        call.reject(new TransferError('unwritable', 'the file worker failed'))
      }
    })
  }

  /** Opens a store; undefined where the browser or the page has no private file system. */
  static async open(): Promise<OpfsStore | undefined> {
    if (!isSecureContext || !('getDirectory' in navigator.storage)) return undefined
    const name = transferName()
    const store = new OpfsStore(name, await hold(name))
    try {
      await store.#call({ op: 'open', directory: `${ROOT}/${name}` })
      return store
    } catch {
      // Private windows of some browsers have the interface and refuse its use.
      store.close()
      return undefined
    }
  }

  async reserve(bytes: number): Promise<void> {
    const { quota, usage } = await navigator.storage.estimate()
    if (quota !== undefined && quota - (usage ?? 0) < bytes) {
      throw new TransferError('out_of_space', 'the files are larger than the space left')
    }
  }

  async write(block: ReceivedBlock): Promise<void> {
    const buffers = block.chunks.map((chunk) => chunk.buffer)
    await this.#call({ op: 'write', block }, buffers)
  }

  async finish(number: number, file: OfferedFile): Promise<File> {
    const { content } = await this.#call({ op: 'finish', file: number })
    if (!content) throw new TransferError('unwritable', 'the file is gone')
    this.#finished += 1
    const { name, media_type, modified_at } = file
    return new File([content], name, { type: media_type, lastModified: modified_at })
  }

  close(): void {
    void this.#close()
  }

  async #close(): Promise<void> {
    // What is still open in the worker is not finished; it has to let go before anything can go.
    await this.#call({ op: 'abandon' }).catch(() => undefined)
    this.#worker.terminate()
    if (this.#finished > 0) return
    try {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
      await root.removeEntry(this.#name, { recursive: true })
    } catch {
      // Not there after all, or refused: then the next sweep finds it.
    }
    this.#release()
  }

  #call(call: OpfsCall, transfer: Transferable[] = []): Promise<Extract<OpfsAnswer, { ok: true }>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(call, transfer)
    })
  }

  #settle(answer: OpfsAnswer): void {
    const call = this.#waiting.shift()
    if (answer.ok) call?.resolve(answer)
    else call?.reject(new TransferError(answer.code, answer.message))
  }
}

/** Holds the folder's lock for as long as the page lives, or until the returned function is called. */
function hold(name: string): Promise<() => void> {
  return new Promise((held) => {
    void navigator.locks.request(name, () => new Promise<void>((release) => held(release)))
  })
}
