/**
 * Deletes received files that nobody needs any more from the origin-private file system. `Room` calls
 * it when a page that may receive opens, the worker when space has run out.
 */

import { forgetPlace } from './place-memory'

/** The folder of all transfers. */
export const ROOT = 'p2p'
/** In a transfer's folder: which transfer it is, while that is unfinished. */
export const RECORD = 'record.json'
/** In a transfer's folder: what of it has been written. */
export const JOURNAL = 'journal'
/** In a transfer's folder: where its files have been put, if that is not there. */
export const CLAIMS = 'claims'

/**
 * How long after its start a transfer's folder is left alone although its page is gone, in
 * milliseconds: the browser may still be copying a file out of it to the person's downloads.
 */
const GRACE_MS = 60 * 60 * 1000

/** How long one that is unfinished is left alone, in milliseconds: its person may come back. */
const UNFINISHED_MS = 24 * 60 * 60 * 1000

/** Names a new transfer's folder, and the lock that says its page lives: when, and by chance. */
export function transferName(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return `sharesync-${Date.now()}-${random.toString(36)}`
}

/** How long it is left alone where space has run out, in milliseconds. */
export const SHORT_GRACE_MS = 60 * 1000

/**
 * Deletes the folders of pages that are gone, once a grace has passed. Never throws: there may be no
 * file system at all.
 */
export async function sweepOpfs(now = Date.now(), graceMs = GRACE_MS): Promise<void> {
  try {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)
    const { held = [] } = await navigator.locks.query()
    const living = new Set(held.map((lock) => lock.name))
    const names: string[] = []
    for await (const name of root.keys()) names.push(name)
    for (const name of names) {
      const age = now - startOf(name)
      if (living.has(name) || age < graceMs) continue
      if (age < UNFINISHED_MS && (await isUnfinished(root, name))) continue
      await root.removeEntry(name, { recursive: true })
      await forgetPlace(name)
    }
  } catch {
    // No such folder yet, or no such interface here.
  }
}

function startOf(name: string): number {
  return Number(name.split('-')[1] ?? 0)
}

async function isUnfinished(root: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  const folder = await root.getDirectoryHandle(name)
  return folder.getFileHandle(RECORD).then(
    () => true,
    () => false,
  )
}
