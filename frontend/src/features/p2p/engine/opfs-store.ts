/**
 * Writes received files to the browser's origin-private file system, in a worker. A file stays there
 * while the browser copies it to the person's downloads, and for as long as it can be saved again; what is
 * unfinished when the page goes stays, too, so that the next page can go on with it. `sweepOpfs` deletes
 * what nobody came back for.
 */
import { type BlockStore, type ReceivedBlock } from './block-store'
import { type OfferedFile } from './control-messages'
import { TransferError } from './failure'
import { type Journal } from './journal'
import { type OpfsAnswer, type OpfsCall } from './opfs-calls'
import { JOURNAL, RECORD, ROOT, transferName } from './opfs-sweep'
import { keepSpace, measureSpace } from './space'
import { parseRecord, type TransferRecord } from './transfer-record'

/** How long a page that was just reloaded may hold on to its folder, in milliseconds. */
const HANDOVER_MS = 2000

interface Waiting {
  resolve(answer: Extract<OpfsAnswer, { ok: true }>): void
  reject(error: TransferError): void
}

/** A transfer that an earlier page left unfinished. */
export interface Unfinished {
  readonly store: OpfsStore
  readonly record: TransferRecord
  /** What is there of it. */
  readonly journal: Journal
}

/** Keeps the files of one transfer in a folder of their own. */
export class OpfsStore implements BlockStore {
  readonly #worker: Worker
  readonly #name: string
  readonly #waiting: Waiting[] = []
  readonly #release: () => void
  readonly #finished = new Set<string>()

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

  /**
   * Opens a store for a transfer, and notes which it is; undefined where the browser or the page has no
   * private file system.
   */
  static async open(record: TransferRecord): Promise<OpfsStore | undefined> {
    if (!isAvailable()) return undefined
    const name = transferName()
    const release = await hold(name)
    if (!release) return undefined
    const store = new OpfsStore(name, release)
    try {
      await store.#call({ op: 'open', directory: `${ROOT}/${name}` })
      await writeRecord(name, record)
      return store
    } catch {
      // Private windows of some browsers have the interface and refuse its use.
      store.close(false)
      return undefined
    }
  }

  /** The transfers of a room that earlier pages left unfinished, and that no other page has taken up. */
  static async unfinished(room: string): Promise<Unfinished[]> {
    const found: Unfinished[] = []
    for (const [name, record] of await recordsOf(room)) {
      const release = await hold(name, HANDOVER_MS)
      if (!release) continue
      const store = new OpfsStore(name, release)
      try {
        const { journal } = await store.#call({ op: 'open', directory: `${ROOT}/${name}` })
        if (journal) found.push({ store, record, journal })
      } catch {
        store.close(true)
      }
    }
    return found
  }

  async reserve(bytes: number): Promise<void> {
    const { fits } = await measureSpace(bytes)
    if (fits === false) throw new TransferError('out_of_space', 'more than there is space for')
    void keepSpace(bytes)
  }

  async write(block: ReceivedBlock): Promise<void> {
    const buffers = block.chunks.map((chunk) => chunk.buffer)
    await this.#call({ op: 'write', block }, buffers)
  }

  async finish(number: number, file: OfferedFile): Promise<File> {
    const { content } = await this.#call({ op: 'finish', file: number })
    if (!content) throw new TransferError('unwritable', 'the file is gone')
    this.#finished.add(String(number))
    const { name, media_type, modified_at } = file
    return new File([content], name, { type: media_type, lastModified: modified_at })
  }

  close(keep: boolean): void {
    void this.#close(keep)
  }

  async #close(keep: boolean): Promise<void> {
    await this.#call({ op: 'close' }).catch(() => undefined)
    this.#worker.terminate()
    if (!keep) await this.#clear()
    // While there are finished files, the folder is in use for as long as the page lives.
    if (keep || this.#finished.size === 0) this.#release()
  }

  /** Deletes all but the finished files, with the note that there is more to come. */
  async #clear(): Promise<void> {
    try {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
      if (this.#finished.size === 0) {
        await root.removeEntry(this.#name, { recursive: true })
        return
      }
      const folder = await root.getDirectoryHandle(this.#name)
      const names: string[] = []
      for await (const name of folder.keys()) if (!this.#finished.has(name)) names.push(name)
      for (const name of names) await folder.removeEntry(name)
    } catch {
      // Not there after all, or refused: then the next sweep finds it.
    }
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

function isAvailable(): boolean {
  return isSecureContext && 'getDirectory' in navigator.storage
}

async function writeRecord(name: string, record: TransferRecord): Promise<void> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
  const folder = await root.getDirectoryHandle(name)
  const file = await folder.getFileHandle(RECORD, { create: true })
  const writable = await file.createWritable()
  await writable.write(JSON.stringify(record))
  await writable.close()
}

/** The folders of a room's transfers that have a record and a journal. */
async function recordsOf(room: string): Promise<[string, TransferRecord][]> {
  const records: [string, TransferRecord][] = []
  if (!isAvailable()) return records
  try {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
    for await (const name of root.keys()) {
      const folder = await root.getDirectoryHandle(name)
      const file = await folder.getFileHandle(RECORD).catch(() => undefined)
      const record = file && parseRecord(await (await file.getFile()).text())
      if (record?.room !== room) continue
      await folder.getFileHandle(JOURNAL)
      records.push([name, record])
    }
  } catch {
    // No such folder yet.
  }
  return records
}

/**
 * Holds the folder's lock for as long as the page lives, or until the returned function is called. Undefined
 * when somebody else still has it after `patience` milliseconds.
 */
function hold(name: string, patience?: number): Promise<(() => void) | undefined> {
  const options = patience === undefined ? {} : { signal: AbortSignal.timeout(patience) }
  return new Promise((held) => {
    navigator.locks
      .request(name, options, () => new Promise<void>((release) => held(release)))
      .catch(() => held(undefined))
  })
}
