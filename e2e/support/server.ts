/** The real programs as processes of their own; the server with a data folder that goes when it goes. */
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

/** How often people may do what takes long or could be guessed, all alike. */
export function limits(rate: string): Record<string, string> {
  const limited = [
    'SIGN_IN',
    'SIGN_UP',
    'RESET',
    'SHARE_PASSWORD',
    'DEVICE_LOGIN',
    'DEVICE_POLL',
    'DEVICE_CODE',
    'UPLOAD',
    'DOWNLOAD',
  ]
  return Object.fromEntries(limited.map((what) => [`RATE_LIMIT_${what}`, rate] as const))
}

/** The stories of a run come from one address, as fast as they can. */
const NO_LIMITS = limits('off')

/** A program that listens. */
export interface Program {
  /** Where, without a slash at the end. */
  readonly url: string
  /** Its process. */
  readonly pid: number
  /** Stops it as an operator would, if it has not been killed. Throws if it does not stop cleanly. */
  stop(): Promise<void>
  /** Ends it without a word, as the kernel does where memory runs out. */
  kill(): Promise<void>
}

/** A server that listens; it forgets its data when it stops. */
export type Server = Program

/** Where a server shall run: here, or on a machine of the laboratory. */
export interface Place {
  readonly host: string
  readonly machine: { spawn(program: string, words: string[], options: SpawnOptions): ChildProcess }
}

const HERE: Place = { host: '127.0.0.1', machine: { spawn } }

/** Starts a server on a free port with nothing in it; `variables` are set beside the usual ones, or over them. */
export async function startServer(
  { host, machine }: Place = HERE,
  variables: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'sharesync-e2e-'))
  const forget = () => rm(dataDir, { recursive: true, force: true })
  try {
    const server = await startServerIn(dataDir, { host, machine }, variables)
    return { ...server, stop: () => server.stop().finally(forget) }
  } catch (error) {
    await forget()
    throw error
  }
}

/** Starts a server in a folder, which keeps its data when it stops. */
export function startServerIn(
  dataDir: string,
  { host, machine }: Place = HERE,
  variables: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const env = {
    HOST: host,
    PORT: '0',
    TURN_PORT: '0',
    SHARESYNC_DATA_DIR: dataDir,
    RUST_LOG: 'warn',
    ...NO_LIMITS,
    ...variables,
  }
  return startProgram(BINARY, { cwd: dataDir, env }, machine)
}

/** Starts a program that says where it listens. */
export async function startProgram(
  binary: string,
  { cwd, env }: { cwd: string; env: Record<string, string> },
  machine: Place['machine'] = { spawn },
): Promise<Program> {
  const child = machine.spawn(binary, [], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await listeningAt(child)
    if (child.pid === undefined) throw new Error('a program that listens has a process')
    return { url, pid: child.pid, stop: () => stop(child), kill: () => kill(child) }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** The address in the line that the server prints once it listens. */
async function listeningAt(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the program has no standard output')
  const lines = createInterface(child.stdout)
  const deadline = AbortSignal.timeout(PATIENCE)
  const started = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const url = /^Listening on (http:\/\/\S+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`${child.spawnfile} ended with ${String(code)} before it listened`))
    })
    deadline.addEventListener('abort', () => {
      reject(new Error(`${child.spawnfile} did not listen in time`))
    })
  })
  return started
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.signalCode === 'SIGKILL') return
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE) })
  child.kill('SIGTERM')
  try {
    const [code] = (await exited) as [number | null]
    if (code !== 0) throw new Error(`${child.spawnfile} ended with ${String(code)}`)
  } finally {
    child.kill('SIGKILL')
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
