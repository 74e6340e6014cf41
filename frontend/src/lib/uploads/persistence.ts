/** Tries again what failed for now: a lost line, a server that starts anew. Used for every call of an upload. */
import { ProblemError } from '@/api/problem'

/** Milliseconds before each try that follows a failed one; the last is for all after it. */
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000] as const
/** How often the server may say no without a reason that lies with the file. */
const MOST_REFUSALS = 8

/** What an attempt is told, and asked. */
export interface Persistence {
  /** Called with `true` when an attempt has failed for now, with `false` when one has succeeded after that. */
  readonly onStalled: (stalled: boolean) => void
  readonly signal: AbortSignal
  /** Waits for so many milliseconds, or less where there is a reason to try sooner. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Statuses that mean something else than usual where they are answered to what is tried. */
export interface Statuses {
  /** Answered in other words than the server's own, they end an attempt only. */
  readonly passing?: readonly number[]
  /** They end it all. */
  readonly lasting?: readonly number[]
}

/**
 * The result of the first attempt that succeeds. A server that cannot be reached is waited for without an end;
 * what it refuses for the moment, for a while. Throws what the last attempt did, or whatever the signal was aborted with.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  { onStalled, signal, wait }: Persistence,
  statuses: Statuses = {},
): Promise<T> {
  let refusals = 0
  for (let failures = 0; ; failures += 1) {
    try {
      const result = await attempt()
      if (failures > 0) onStalled(false)
      return result
    } catch (error) {
      signal.throwIfAborted()
      if (!mayPass(error, statuses)) throw error
      if (!isOutOfReach(error)) refusals += 1
      if (refusals > MOST_REFUSALS) throw error
      onStalled(true)
      await wait(WAITS[Math.min(failures, WAITS.length - 1)] ?? 0, signal)
    }
  }
}

/** Whether nobody answered for the server, or somebody who said that it is not there. */
function isOutOfReach(error: ProblemError): boolean {
  return [0, 502, 503, 504].includes(error.status)
}

/**
 * Whether the same may succeed later. 408, 409 and 410 end an attempt, not the file: the line was too slow, or another
 * page sent the same part, or the part's address was too old.
 */
function mayPass(error: unknown, { passing, lasting }: Statuses): error is ProblemError {
  if (!(error instanceof ProblemError)) return false
  if (lasting?.includes(error.status)) return false
  const code = error.problem?.code
  if (code === 'upload_incomplete' || code === 'too_many') return false
  // Bytes that were damaged on their way.
  if (code === 'checksum_mismatch') return true
  if (code === undefined && passing?.includes(error.status)) return true
  return isOutOfReach(error) || [408, 409, 410, 429, 500].includes(error.status)
}

/** Waits by the clock; less where the browser says that it is back on the network. */
export function waitOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      window.removeEventListener('online', go)
      signal.removeEventListener('abort', stop)
    }
    const go = () => {
      end()
      resolve()
    }
    const stop = () => {
      end()
      reject(signal.reason as Error)
    }
    const timer = setTimeout(go, ms)
    window.addEventListener('online', go)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
}
