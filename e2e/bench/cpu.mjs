/** CPU time of a process's descendants, from Linux's /proc. Used by the benchmark. */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second; fixed at 100 for user space on Linux. */
const TICKS = 100

/** CPU seconds used so far by one process, with all its threads. */
export function ownCpuSeconds(pid) {
  return readStat(pid).ticks / TICKS
}

/** CPU seconds used so far by the living descendants of `root`, without `root` itself. */
export function cpuSeconds(root) {
  const processes = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      processes.set(Number(name), readStat(name))
    } catch {
      // It ended while we looked.
    }
  }
  let total = 0
  for (const pid of processes.keys())
    if (descends(pid, root, processes)) total += processes.get(pid).ticks
  return total / TICKS
}

function readStat(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name that may hold anything: count from behind its bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
}

function descends(pid, root, processes) {
  for (let at = processes.get(pid)?.parent; at; at = processes.get(at)?.parent) {
    if (at === root) return true
  }
  return false
}
