/** A bucket of an S3 service as a process of its own, for a server under test to keep files in. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from '@playwright/test'
import { type Program, startProgram } from './server.ts'

const BINARY =
  process.env.SHARESYNC_TEST_BUCKET_BIN ??
  path.resolve(import.meta.dirname, '../../target/debug/sharesync-test-bucket')

/** What it is called. */
const NAME = 'files'

/** A bucket on a port of its own. */
export class Bucket {
  private constructor(
    private readonly folder: string,
    private readonly key: Record<string, string>,
    private program: Program,
  ) {}

  /** Starts one with nothing in it. */
  static async open(): Promise<Bucket> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bucket-'))
    const key = {
      S3_ACCESS_KEY: 'stories',
      S3_SECRET_KEY: randomUUID(),
      S3_BUCKET_NAME: NAME,
    }
    return new Bucket(folder, key, await start(folder, key))
  }

  /** Where it is; as an origin, where pages find it. */
  get url(): string {
    return this.program.url
  }

  /** For a server that shall keep files in it. */
  get variables(): Record<string, string> {
    return { ...this.key, S3_ENDPOINT: this.url }
  }

  /** The files that its objects are, and parts of objects to be; without what it notes of them. */
  async files(): Promise<string[]> {
    const found = await readdir(this.folder, { recursive: true, withFileTypes: true })
    return found
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.json'))
      .map(({ parentPath, name }) => path.join(parentPath, name))
  }

  /** Has it refuse connections, and end those there are. */
  async pause(): Promise<void> {
    process.kill(this.program.pid, 'SIGUSR1')
    await expect.poll(() => accepts(this.url)).toBe(false)
  }

  /** Has it be there again, as it was. */
  async resume(): Promise<void> {
    process.kill(this.program.pid, 'SIGUSR2')
    await expect.poll(() => accepts(this.url)).toBe(true)
  }

  /** Stops it and starts it at the same place. It has its objects then, and has forgotten what was not one yet. */
  async restart(): Promise<void> {
    const { port } = new URL(this.url)
    await this.program.stop()
    this.program = await start(this.folder, { ...this.key, PORT: port })
  }

  /** Stops it, with all that is in it. */
  async close(): Promise<void> {
    try {
      await this.program.stop()
    } finally {
      await rm(this.folder, { recursive: true, force: true })
    }
  }
}

/** Whether somebody listens there. */
async function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = net.connect(Number(port), hostname)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function start(folder: string, variables: Record<string, string>): Promise<Program> {
  return startProgram(BINARY, { cwd: folder, env: { ...variables, S3_FOLDER: folder } })
}
