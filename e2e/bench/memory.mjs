/**
 * How much more memory each page takes while it moves a file that is larger than any memory it should take.
 * Called by `run.mjs`.
 *
 * A page's memory is that of its renderer: its proportional set size (PSS) in Linux's /proc, looked at twice a
 * second. What the browser's other processes take is shown beside it.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { hasRoom } from './disk.mjs'
import { commandOf, descendants, processWith } from './processes.mjs'
import { startServer } from './server-process.mjs'
import { hollowFile, openWindows, transfer } from './windows.mjs'

const BYTES = Number(process.env.MEMORY_BYTES ?? 4e9)
const GOAL_MEBIBYTES = 64

/** A file that goes before, so that what a page takes once is not counted. */
const TRIAL_BYTES = 64e6

/** How often memory is looked at, in milliseconds. */
const EVERY = 500

/** The receiver keeps the file, and its browser copies it to the downloads; in bytes, with some to spare. */
const DISK = 2.2 * BYTES

/** Measures and prints. */
export async function measureMemory(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const stops = [() => rm(folder, { recursive: true })]
  try {
    if (!(await hasRoom(folder, DISK))) return
    const server = await startServer(binary)
    stops.push(() => server.stop())
    const windows = await openWindows(folder)
    stops.push(() => windows.close())
    await measure(windows, server.url, path.join(folder, 'hollow.bin'))
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

async function measure(windows, base, file) {
  await transfer(windows, base, await hollowFile(file, TRIAL_BYTES), () => () => undefined)
  const { seen, seconds } = await transfer(
    windows,
    base,
    await hollowFile(file, BYTES),
    async () => {
      const watches = {}
      for (const name of ['sender', 'receiver']) {
        watches[name] = new MemoryWatch(
          await processWith(`--user-data-dir=${windows[name].profile}`),
        )
        await watches[name].begin()
      }
      return async () => [await watches.sender.end(), await watches.receiver.end()]
    },
  )
  print(`${BYTES / 1e9} GB in ${seconds.toFixed(0)} s (${(BYTES / 1e6 / seconds).toFixed(1)} MB/s)`)
  for (const [index, name] of ['sender', 'receiver'].entries()) report(name, seen[index])
}

function report(name, { before, peak }) {
  const grown = (kind) => (peak[kind] - before[kind]).toFixed(0)
  print(
    `${name.padEnd(9)} page ${before.page.toFixed(0)} MiB, ${grown('page')} more at most ` +
      `(goal: below ${GOAL_MEBIBYTES}); its browser’s other processes ${grown('others')} more`,
  )
}

/** Follows the memory of one browser, in MiB. */
class MemoryWatch {
  #browser
  #before
  #peak
  #following = true
  #followed

  /** @param {number} browser The browser's first process. */
  constructor(browser) {
    this.#browser = browser
  }

  async begin() {
    this.#before = await this.#look()
    this.#peak = { ...this.#before }
    this.#followed = this.#follow()
  }

  /** What was in use at the beginning, and at most. */
  async end() {
    this.#following = false
    await this.#followed
    return { before: this.#before, peak: this.#peak }
  }

  async #follow() {
    while (this.#following) {
      const now = await this.#look()
      for (const kind of ['page', 'others']) {
        this.#peak[kind] = Math.max(this.#peak[kind], now[kind])
      }
      await pass(EVERY)
    }
  }

  async #look() {
    const sums = { page: 0, others: 0 }
    for (const pid of [this.#browser, ...descendants(this.#browser)]) {
      const kind = (await commandOf(pid)).includes('--type=renderer') ? 'page' : 'others'
      sums[kind] += await proportionalSetSize(pid)
    }
    return sums
  }
}

/** In MiB; nothing of a process that has ended. */
async function proportionalSetSize(pid) {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
