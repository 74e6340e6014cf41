/**
 * What this browser remembers of rooms it is in, so that a page that was reloaded, or a browser that was
 * killed, comes back as who it was. Used by the two kinds of rooms and by the room page.
 */
import * as v from 'valibot'
import { offeredFile } from './control-messages'
import { holdLock } from './page-lock'
import { id } from './signaling-messages'

/** How long a room is remembered, in milliseconds. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000
/** How long a page that was just reloaded may take to let go of its room, in milliseconds. */
const RELOADED_MS = 1000
/** How long any other may, where it is more likely that two pages of this browser are in the room. */
const OPENED_MS = 200
/**
 * The folder of what is remembered, a file a room, in the origin-private file system: what the browser's
 * local storage was told last is lost when the browser is killed.
 */
const FOLDER = 'rooms'

const memory = v.object({
  /** Whether this browser made the room, or came to it by its link. */
  role: v.picklist(['host', 'guest']),
  /** The secret that gives our id in the room back. */
  resume: v.optional(id),
  /** The only member that gets files there; the guest's only. */
  takes: v.optional(id),
  /** The link's key; the host's only. */
  key: v.optional(id),
  /** What has been accepted of our files. */
  files: v.optional(v.array(offeredFile)),
})

export type RoomMemory = v.InferOutput<typeof memory>

/** A room that no other page of this browser has taken. */
export interface Claim {
  readonly memory: RoomMemory | undefined
  /** Whether we have the room to ourselves; if not, nothing is remembered, either. */
  readonly alone: boolean
  release(): void
}

/** Takes a room for this page, and recalls what is known of it. */
export async function claimRoom(room: string): Promise<Claim> {
  const release = await take(room)
  const memory = release && (await recall(room))
  void forgetOld(Date.now())
  return { memory, alone: release !== undefined, release: () => release?.() }
}

/** The last change: each waits for the one before, so that the newest stays. */
let lastNote = Promise.resolve()

/** Notes what there is to know of a room. */
export function rememberRoom(room: string, known: RoomMemory): Promise<void> {
  lastNote = lastNote.then(() => write(room, known))
  return lastNote
}

async function write(room: string, known: RoomMemory): Promise<void> {
  try {
    const file = await (await folder()).getFileHandle(room, { create: true })
    const writable = await file.createWritable()
    await writable.write(JSON.stringify(known))
    await writable.close()
  } catch {
    // Full or forbidden: then a reload begins anew.
  }
}

/** Forgets a room, also what is being noted of it. */
export function forgetRoom(room: string): Promise<void> {
  lastNote = lastNote.then(() => remove(room))
  return lastNote
}

async function remove(room: string): Promise<void> {
  // What is not there need not be forgotten.
  await folder()
    .then((rooms) => rooms.removeEntry(room))
    .catch(() => undefined)
}

async function recall(room: string): Promise<RoomMemory | undefined> {
  try {
    const file = await (await (await folder()).getFileHandle(room)).getFile()
    const parsed = v.safeParse(memory, JSON.parse(await file.text()))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

async function forgetOld(now: number): Promise<void> {
  try {
    const rooms = await folder()
    const names: string[] = []
    for await (const name of rooms.keys()) names.push(name)
    for (const name of names) {
      // Not what is in it: a page may be noting something at this moment, and then it cannot be read.
      const { lastModified } = await (await rooms.getFileHandle(name)).getFile()
      if (now - lastModified > REMEMBERED_MS) await rooms.removeEntry(name)
    }
  } catch {
    // Nothing is remembered here, or another page is at it.
  }
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle(FOLDER, { create: true })
}

/** Undefined when another page has it, or where pages cannot tell each other (plain http). */
async function take(room: string): Promise<(() => void) | undefined> {
  const knowsOthers = (navigator as Partial<Navigator>).locks !== undefined
  return knowsOthers ? holdLock(`sharesync-room-${room}`, handoverMs()) : undefined
}

function handoverMs(): number {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return navigation?.type === 'navigate' ? OPENED_MS : RELOADED_MS
}
