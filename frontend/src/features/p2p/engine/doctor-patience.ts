/** Waits for what may never come. Used by the parts of the self-test. */

/**
 * Lets `begin` do something that tells its outcome once; undefined when `patienceMs` milliseconds have passed without,
 * or when told to stop.
 */
export function within<T>(
  patienceMs: number,
  signal: AbortSignal,
  begin: (tell: (outcome: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const tell = (outcome: T | undefined) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve(outcome)
    }
    const stop = () => tell(undefined)
    const timer = setTimeout(stop, patienceMs)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    else begin(tell)
  })
}
