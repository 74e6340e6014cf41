/** The command, as processes that say in JSON what happens. Used by the parts of the benchmark that are about it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** How often its memory is looked at, in milliseconds; the kernel keeps the peak meanwhile. */
const EVERY = 100

/** A command that runs; what it remembers is in the folder that it is started in. */
export class CommandProcess {
  #child
  #seen = new Map()
  #waiting = new Map()
  #ended
  #peak = 0

  /** @param {string[]} words Its arguments. */
  constructor(words, { server, folder }) {
    mkdirSync(folder, { recursive: true })
    const home = { HOME: folder, XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', XDG_DATA_HOME: '' }
    this.#child = spawn(path.resolve(process.env.SHARESYNC_BIN), ['--json', ...words], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...home, SHARESYNC_SERVER: server },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = []
    createInterface({ input: this.#child.stderr }).on('line', (line) => said.push(line))
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line))
    const looking = setInterval(() => this.#look(), EVERY)
    this.#ended = once(this.#child, 'close').then(([code]) => {
      clearInterval(looking)
      if (code !== 0) throw new Error(`sharesync ended with ${code}: ${said.join('\n')}`)
    })
    // Whoever waits for an event hears of it; nobody else need.
    this.#ended.catch(() => undefined)
  }

  /** The first event of that name, with `at`, when it was heard, in milliseconds since the Unix epoch. */
  async event(name) {
    const heard = new Promise((resolve) => {
      if (this.#seen.has(name)) resolve(this.#seen.get(name))
      else this.#waiting.set(name, resolve)
    })
    const over = this.#ended.then(() => {
      if (!this.#seen.has(name)) throw new Error(`sharesync ended without ${name}`)
      return this.#seen.get(name)
    })
    return Promise.race([heard, over])
  }

  /** Waits for its end, which is one without an error; the most resident memory that it took, in MiB. */
  async ended() {
    await this.#ended
    return this.#peak
  }

  #hear(line) {
    const event = JSON.parse(line)
    if (this.#seen.has(event.event)) return
    const heard = { ...event, at: Date.now() }
    this.#seen.set(event.event, heard)
    this.#waiting.get(event.event)?.(heard)
  }

  async #look() {
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8').catch(() => '')
    this.#peak = Math.max(this.#peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
  }
}
