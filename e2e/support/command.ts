/** `sharesync`, the command, as somebody has it in a terminal: a process with a home of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from '@playwright/test'

const BINARY =
  process.env.SHARESYNC_BIN ?? path.resolve(import.meta.dirname, '../../target/debug/sharesync')

/** Where a command runs. */
interface Surroundings {
  /** The server's address. */
  readonly server: string
  /** The folder in which it is started. What it remembers is in there, too. */
  readonly folder: string
}

/** A command that was started. */
export class Command {
  readonly #process: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #lines: string[] = []

  /** Starts it with these words. */
  constructor(words: readonly string[], { server, folder }: Surroundings) {
    mkdirSync(folder, { recursive: true })
    const home = { HOME: folder, XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', XDG_DATA_HOME: '' }
    this.#process = spawn(BINARY, words, {
      cwd: folder,
      env: { ...process.env, ...home, SHARESYNC_SERVER: server },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#ended = once(this.#process, 'exit')
    const { stderr } = this.#process
    if (stderr) createInterface({ input: stderr }).on('line', (line) => this.#lines.push(line))
  }

  /** What it has said on standard error. */
  get said(): string {
    return this.#lines.join('\n')
  }

  /** The link that it says. */
  link(): Promise<string> {
    return this.#told('Link: ')
  }

  /** The code that it says. */
  code(): Promise<string> {
    return this.#told('Code: ')
  }

  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name)
  }

  /** Waits for its end; its exit code, null where it was killed. */
  async ended(): Promise<number | null> {
    await this.#ended
    return this.#process.exitCode
  }

  async #told(label: string): Promise<string> {
    const find = () => this.#lines.find((line) => line.startsWith(label))
    await expect.poll(find, { message: `a line that begins with ${label}` }).toBeDefined()
    return (find() ?? '').slice(label.length)
  }
}
