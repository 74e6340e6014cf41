/**
 * The folder that each transfer has in the origin-private file system: which transfer it is, what is there of it, and
 * who works on it. `sweepOpfs` deletes what nobody came back for. Used by the stores and by `Inbox`.
 */
import { holdLock } from './page-lock'
import { JOURNAL, RECORD, ROOT, transferName } from './opfs-sweep'
import { parseRecord, type TransferRecord } from './transfer-record'

/** How long a page that was just reloaded may hold on to its folder, in milliseconds. */
const HANDOVER_MS = 2000

/** A transfer that an earlier page left unfinished. */
export interface Unfinished {
  readonly folder: TransferFolder
  readonly record: TransferRecord
}

/** One transfer's folder, which is ours alone. */
export class TransferFolder {
  readonly name: string
  /** Lets another page have it. */
  readonly release: () => void

  private constructor(name: string, release: () => void) {
    this.name = name
    this.release = release
  }

  /** A new one, which the worker will make; undefined where the browser or the page has no private file system. */
  static async make(): Promise<TransferFolder | undefined> {
    if (!isAvailable()) return undefined
    const name = transferName()
    const release = await holdLock(name)
    return release && new TransferFolder(name, release)
  }

  /** The transfers of a room that earlier pages left unfinished, and that no other page has taken up. */
  static async unfinished(room: string): Promise<Unfinished[]> {
    const found: Unfinished[] = []
    for (const [name, record] of await recordsOf(room)) {
      const release = await holdLock(name, HANDOVER_MS)
      if (release) found.push({ folder: new TransferFolder(name, release), record })
    }
    return found
  }

  /** Where it is, from the root. */
  get path(): string {
    return `${ROOT}/${this.name}`
  }

  /** Notes which transfer it is. */
  async note(record: TransferRecord): Promise<void> {
    const folder = await (await root()).getDirectoryHandle(this.name)
    const file = await folder.getFileHandle(RECORD, { create: true })
    const writable = await file.createWritable()
    await writable.write(JSON.stringify(record))
    await writable.close()
  }

  /** Deletes it. */
  async delete(): Promise<void> {
    // Not there after all, or refused: then the next sweep finds it.
    await root()
      .then((transfers) => transfers.removeEntry(this.name, { recursive: true }))
      .catch(() => undefined)
  }

  /** Deletes all but these files, with the note that there is more to come. */
  async clear(except: ReadonlySet<string>): Promise<void> {
    try {
      const folder = await (await root()).getDirectoryHandle(this.name)
      const names: string[] = []
      for await (const name of folder.keys()) if (!except.has(name)) names.push(name)
      for (const name of names) await folder.removeEntry(name)
    } catch {
      // As above.
    }
  }
}

function isAvailable(): boolean {
  return isSecureContext && 'getDirectory' in navigator.storage
}

async function root(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
}

/** The folders of a room's transfers that have a record and a journal. */
async function recordsOf(room: string): Promise<[string, TransferRecord][]> {
  const records: [string, TransferRecord][] = []
  if (!isAvailable()) return records
  try {
    const transfers = await root()
    for await (const name of transfers.keys()) {
      const folder = await transfers.getDirectoryHandle(name)
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
