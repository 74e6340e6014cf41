/** Whether the person wishes to be seen by devices nearby: kept in the browser, no until they said yes. */

const STORAGE_KEY = 'sharesync-nearby'

/** What they said last. */
export function wishesToBeSeen(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== null
  } catch {
    return false
  }
}

/** Keeps it, where the browser allows that. */
export function keepWish(seen: boolean): void {
  try {
    if (seen) localStorage.setItem(STORAGE_KEY, '')
    else localStorage.removeItem(STORAGE_KEY)
  } catch {
    // No storage: it holds for this page.
  }
}
