/**
 * Remembers files on their way beyond a reload: a copy of each in IndexedDB, given up when it has arrived. A page that has a file holds a lock on it, so that no other page takes it up meanwhile. Used by the upload
 * queue.
 */
import { type StorePlace, withinStore } from '@/lib/object-store'
import type { Lifetime } from './lifetime'
import type { Goal, Wish } from './upload-queue'

const FILES: StorePlace = { database: 'sharesync-uploads', store: 'files', counted: true }
/** Apart from the files: one that is written again is copied again. */
const SESSIONS: StorePlace = { database: 'sharesync-upload-sessions', store: 'sessions' }
/** What one file may take of the room that the browser gives this page. */
const SHARE_OF_ROOM = 1 / 4

/** A file that is remembered, by this page alone. */
export interface Kept extends Wish {
  /** `null` where there is no room for a copy: then it has to be chosen again. */
  readonly file: File | null
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** The server's name for its upload, once that was begun. */
  readonly session: string | null
  /** Notes the server's name for its upload. */
  begun(session: string): Promise<void>
  /** Gives it up. */
  forget(): Promise<void>
}

/** What remembers. Nothing in it throws: what cannot be kept is not. */
export interface UploadMemory {
  /** Keeps a file; `null` where that does not work. */
  remember(file: File, wish: Wish): Promise<Kept | null>
  /** Everything that is kept and that no other page has. */
  recall(): Promise<Kept[]>
  /** Gives up everything. */
  forgetAll(): Promise<void>
}

interface Record {
  readonly file: File | null
  /** What is known of the file where there is no copy of it. */
  readonly known?: { readonly name: string; readonly size: number }
  readonly handIn: boolean
  /** Absent in what was kept before there were folders. */
  readonly goal?: Goal
  /** Absent in what was kept before one could choose. */
  readonly lifetime?: Lifetime
}

/** This browser's, of what goes into the library, or to one file request. */
export class BrowserMemory implements UploadMemory {
  /** One copy is made at a time. */
  #last: Promise<unknown> = Promise.resolve()
  /** The request; `null`: the library. */
  readonly #slug: string | null

  constructor(slug: string | null = null) {
    this.#slug = slug
  }

  remember(file: File, wish: Wish): Promise<Kept | null> {
    const kept = this.#last.then(() => this.#keep(file, wish)).catch(() => null)
    this.#last = kept
    return kept
  }

  async recall(): Promise<Kept[]> {
    try {
      const kept = await Promise.all((await this.#keys()).map((key) => takeUp(key)))
      return kept.filter((each) => each !== null)
    } catch {
      return []
    }
  }

  async forgetAll(): Promise<void> {
    for (const key of await this.#keys().catch(() => [])) {
      for (const place of [FILES, SESSIONS]) await quietly(place, (store) => store.delete(key))
    }
  }

  async #keep(file: File, { handIn, goal, lifetime }: Wish): Promise<Kept | null> {
    if (await fits(file)) return keep({ file, handIn, goal, lifetime })
    // The server lists what was begun into a library, and tells nobody else.
    if (this.#slug === null) return null
    const { name, size } = file
    return keep({ file: null, known: { name, size }, handIn, goal, lifetime })
  }

  /** Keys of what is kept for the same. */
  async #keys(): Promise<number[]> {
    const keys = await withinStore(FILES, 'readonly', (files) => files.getAllKeys())
    const own: number[] = []
    for (const key of keys) {
      const record = await read(Number(key))
      if (record && (record.goal?.answer?.slug ?? null) === this.#slug) own.push(Number(key))
    }
    return own
  }
}

async function keep(record: Record): Promise<Kept | null> {
  const key = await withinStore(FILES, 'readwrite', (files) => files.put(record))
  const release = await lock(Number(key))
  return release && kept(Number(key), record, null, release)
}

/** A file that was kept, unless another page has it, or has just given it up. */
async function takeUp(key: number): Promise<Kept | null> {
  const release = await lock(key)
  if (!release) return null
  const record = await read(key)
  const session = await withinStore(
    SESSIONS,
    'readonly',
    (sessions) => sessions.get(key) as IDBRequest<string | undefined>,
  )
  if (!record) release()
  return record ? kept(key, record, session ?? null, release) : null
}

/** Read back as what this program wrote: no page of another origin can have. */
function read(key: number): Promise<Record | undefined> {
  return withinStore(FILES, 'readonly', (files) => files.get(key) as IDBRequest<Record | undefined>)
}

function kept(key: number, record: Record, session: string | null, release: () => void): Kept {
  const { file, handIn, goal = { folderId: null, path: '' }, lifetime = 'usual' } = record
  let known = session
  return {
    file,
    name: file?.name ?? record.known?.name ?? '',
    size: file?.size ?? record.known?.size ?? 0,
    handIn,
    goal,
    lifetime,
    session,
    begun: (name) => {
      known = name
      return quietly(SESSIONS, (sessions) => sessions.put(name, key))
    },
    forget: async () => {
      await quietly(FILES, (files) => files.delete(key))
      await quietly(SESSIONS, (sessions) => sessions.delete(key))
      release()
      if (known !== null) await forgetLeft(known).catch(() => undefined)
    },
  }
}

/** Gives up what pages that are closed have left of the same upload, too: nobody goes on with it twice. */
async function forgetLeft(session: string): Promise<void> {
  const keys = await withinStore(SESSIONS, 'readonly', (sessions) => sessions.getAllKeys())
  for (const key of keys) {
    const name = await withinStore(
      SESSIONS,
      'readonly',
      (sessions) => sessions.get(key) as IDBRequest<string | undefined>,
    )
    if (name === session) await (await takeUp(Number(key)))?.forget()
  }
}

/** What releases the lock, for as long as this page lives; `null` where another page has it. */
function lock(key: number): Promise<(() => void) | null> {
  // Over plain HTTP on a local network there are none, and no copies of files either: what is taken up twice is little.
  if (!(navigator as Partial<Navigator>).locks) return Promise.resolve(() => undefined)
  return new Promise((resolve, reject) => {
    const options = { ifAvailable: true }
    const held = (lock: Lock | null) => {
      if (lock) return new Promise<void>((release) => resolve(() => release()))
      resolve(null)
      return undefined
    }
    navigator.locks.request(`sharesync-upload-${key}`, options, held).catch(reject)
  })
}

/** A copy is made, on the disk of whoever sends: of a large file only where there is much room. */
async function fits(file: File): Promise<boolean> {
  // Over plain HTTP on a local network nobody can be asked.
  const storage = (navigator as Partial<Navigator>).storage
  if (!storage) return false
  const { quota = 0, usage = 0 } = await storage.estimate()
  return file.size <= (quota - usage) * SHARE_OF_ROOM
}

async function quietly(
  place: StorePlace,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<void> {
  await withinStore(place, 'readwrite', ask).catch(() => undefined)
}
