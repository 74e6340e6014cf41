/** A Redis as a process of its own, which keeps what it has when it is started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './free-port.mjs'
import { untilSaid } from './until-said.mjs'

/** A Redis on a port of its own. */
export class Redis {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private process: ChildProcess,
  ) {}

  /** Starts one with nothing in it. */
  static async open(): Promise<Redis> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-redis-'))
    const port = await freePort()
    return new Redis(folder, port, await start(folder, port))
  }

  /** For `REDIS_URL`. */
  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`
  }

  /** It dies, and comes back with what it had. */
  async restart(): Promise<void> {
    await this.die()
    this.process = await start(this.folder, this.port)
  }

  /** Stops it, with all that is in it. */
  async close(): Promise<void> {
    await this.die()
    await rm(this.folder, { recursive: true, force: true })
  }

  private async die(): Promise<void> {
    const ended = once(this.process, 'exit')
    if (this.process.kill('SIGKILL')) await ended
  }
}

async function start(folder: string, port: number): Promise<ChildProcess> {
  const words = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'yes']
  const child = spawn('redis-server', words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  await untilSaid(child.stdout, 'Ready to accept connections')
  return child
}
