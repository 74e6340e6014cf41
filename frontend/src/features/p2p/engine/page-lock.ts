/**
 * Locks that pages of one browser know each other by: who holds one has a room, or a transfer's folder, to
 * itself. Used by the rooms' memory and by `TransferFolder`; where there are locks (not over plain HTTP).
 */

/**
 * Holds a lock for as long as the page lives, or until the returned function is called. Undefined when another
 * page still has it after `patience` milliseconds.
 */
export async function holdLock(name: string, patience?: number): Promise<(() => void) | undefined> {
  // How long a free one takes to be given says how busy the machine is, and nothing of other pages.
  const free = await granted(name, { ifAvailable: true })
  if (free) return free
  return granted(name, patience === undefined ? {} : { signal: AbortSignal.timeout(patience) })
}

function granted(name: string, how: LockOptions): Promise<(() => void) | undefined> {
  return new Promise((answered) => {
    navigator.locks
      .request(name, how, (lock) => {
        if (lock) return new Promise<void>((release) => answered(release))
        answered(undefined)
        return undefined
      })
      .catch(() => answered(undefined))
  })
}
