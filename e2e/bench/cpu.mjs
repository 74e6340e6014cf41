/** CPU time of processes. Used by the benchmark. */
import { descendants, statusOf } from './processes.mjs'

/** CPU seconds used so far by one process, with all its threads. */
export function ownCpuSeconds(pid) {
  return statusOf(pid).cpuSeconds
}

/** CPU seconds used so far by the living descendants of `root`, without `root` itself. */
export function cpuSeconds(root) {
  let total = 0
  for (const pid of descendants(root)) {
    try {
      total += ownCpuSeconds(pid)
    } catch {
      // It ended while we looked.
    }
  }
  return total
}
