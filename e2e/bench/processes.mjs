/** Which processes there are, from Linux's /proc. Used by the benchmark. */
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** Clock ticks a second; fixed at 100 for user space on Linux. */
const TICKS = 100

/** The living descendants of a process, by id. */
export function descendants(root) {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      parents.set(Number(name), statusOf(name).parent)
    } catch {
      // It ended while we looked.
    }
  }
  return [...parents.keys()].filter((pid) => {
    let at = parents.get(pid)
    while (at && at !== root) at = parents.get(at)
    return at === root
  })
}

/** A process's parent, and the CPU seconds it has used, with all its threads. Throws where it has ended. */
export function statusOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name that may hold anything: count from behind its bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    parent: Number(fields[1]),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  }
}

/** A process's command line; nothing where it has ended. */
export function commandOf(pid) {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
}

/** Of the processes that were started with this word, the one that started the others. */
export async function processWith(word) {
  const found = new Map()
  for (const name of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = (await commandOf(name)).split('\0')
    if (words.includes(word)) found.set(Number(name), statusOf(name).parent)
  }
  for (const [pid, parent] of found) if (!found.has(parent)) return pid
  throw new Error(`no process has ${word}`)
}
