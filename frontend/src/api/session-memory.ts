/**
 * Whether this browser was signed in when a page was last here. No script can see the refresh cookie
 * itself, and asking the server in vain would greet every visitor without an account with an error in
 * the console. Used by `Session`; the server alone decides who is signed in.
 */

const STORAGE_KEY = 'sharesync-signed-in'

/** False where asking the server to go on with a session would be in vain. */
export function mayHaveSession(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== null
  } catch {
    // No storage: only the server knows.
    return true
  }
}

/** Notes that somebody is signed in, or that nobody is. */
export function noteSession(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(STORAGE_KEY, '')
    else localStorage.removeItem(STORAGE_KEY)
  } catch {
    // No storage: the next page asks the server.
  }
}
