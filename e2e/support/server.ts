/** The real server as a process of its own, with a data folder that goes when it goes. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const BINARY =
  process.env.SHARESYNC_SERVER_BIN ??
  path.resolve(import.meta.dirname, '../../target/debug/sharesync-server')

/** How long it may take to listen, and to stop, in milliseconds. */
const PATIENCE = 30_000

/** A server that listens. */
export interface Server {
  /** Where, without a slash at the end. */
  readonly url: string
  /** Its process. */
  readonly pid: number
  /** Stops it as an operator would, and forgets its data. Throws if it does not stop cleanly. */
  stop(): Promise<void>
}

/** Where a server shall run: here, or on a machine of the laboratory. */
export interface Place {
  readonly host: string
  readonly machine: { spawn(program: string, words: string[], options: SpawnOptions): ChildProcess }
}

/** Starts a server on a free port with nothing in it; `variables` are further ones of its environment. */
export async function startServer(
  { host, machine }: Place = { host: '127.0.0.1', machine: { spawn } },
  variables: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sharesync-e2e-'))
  const child = machine.spawn(BINARY, [], {
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      HOST: host,
      PORT: '0',
      TURN_PORT: '0',
      SHARESYNC_DATA_DIR: dataDir,
      RUST_LOG: 'warn',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await listeningAt(child)
    if (child.pid === undefined) throw new Error('a server that listens has a process')
    return { url, pid: child.pid, stop: () => stop(child, dataDir) }
  } catch (error) {
    child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
    throw error
  }
}

/** The address in the line that the server prints once it listens. */
async function listeningAt(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the server has no standard output')
  const lines = createInterface(child.stdout)
  const deadline = AbortSignal.timeout(PATIENCE)
  const started = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const url = /^Listening on (http:\/\/\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`${BINARY} ended with ${String(code)} before it listened`))
    })
    deadline.addEventListener('abort', () => {
      reject(new Error(`${BINARY} did not listen in time`))
    })
  })
  return started
}

async function stop(child: ChildProcess, dataDir: string): Promise<void> {
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE) })
  child.kill('SIGTERM')
  try {
    const [code] = (await exited) as [number | null]
    if (code !== 0) throw new Error(`the server ended with ${String(code)}`)
  } finally {
    child.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
}
