/** A PostgreSQL of Debian's packages as a process of its own: for the stories' servers, and for the benchmark's. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.mjs'
import { untilSaid } from './until-said.mjs'

const run = promisify(execFile)
/** Where Debian keeps its programs, by version. */
const INSTALLED = '/usr/lib/postgresql'
/** Who runs it where this is root's: it refuses to be. */
const ITS_USER = 'postgres'
const IS_ROOT = process.getuid?.() === 0
const AS_ITS_USER = IS_ROOT ? ['--reuid', ITS_USER, '--regid', ITS_USER, '--clear-groups'] : []
/** What it says then, in the language that it is told to speak. */
const READY = 'database system is ready to accept connections'

/** One on a port of loopback, with its own defaults for how it keeps things; in a folder that goes when it is closed. */
export class Postgres {
  #databases = 0

  /** @private */
  constructor(
    /** @type {string} */ programs,
    /** @type {string} */ folder,
    /** @type {import('node:child_process').ChildProcess} */ process,
    /** @type {number} */ port,
  ) {
    this.programs = programs
    this.folder = folder
    this.process = process
    this.port = port
  }

  /** Whether there is one to start. */
  static async isInstalled() {
    return (await newestPrograms()) !== undefined
  }

  /** Starts one with nothing in it. */
  static async open() {
    const programs = await newestPrograms()
    if (programs === undefined) throw new Error('there is no PostgreSQL: make test-e2e installs it')
    const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-postgres-'))
    try {
      if (IS_ROOT) await run('chown', [ITS_USER, folder])
      const data = path.join(folder, 'data')
      const initdb = path.join(programs, 'initdb')
      const words = ['--auth=trust', '--username=postgres', '--encoding=UTF8', '-D', data]
      // It may not look into the folder that this was started in.
      await run('setpriv', [...AS_ITS_USER, initdb, ...words], { cwd: '/' })
      const port = await freePort()
      return new Postgres(programs, folder, await start(programs, data, port), port)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Makes a database and returns its address. */
  async createDatabase() {
    this.#databases += 1
    const name = `sharesync${this.#databases}`
    const server = ['--host=127.0.0.1', `--port=${this.port}`, '--username=postgres']
    await run(this.program('createdb'), [...server, name])
    return `postgres://postgres@127.0.0.1:${this.port}/${name}`
  }

  /** Where one of its programs is. @param {string} name */
  program(name) {
    return path.join(this.programs, name)
  }

  /** Stops it without a word to anybody, and forgets what it kept. */
  async close() {
    const { exitCode, signalCode } = this.process
    if (exitCode === null && signalCode === null) {
      const ended = once(this.process, 'exit')
      this.process.kill('SIGQUIT')
      await ended
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function newestPrograms() {
  const versions = await readdir(INSTALLED).catch(() => [])
  const [newest] = versions.sort((a, b) => Number(b) - Number(a))
  return newest === undefined ? undefined : path.join(INSTALLED, newest, 'bin')
}

/** Its process, once it answers; which ends with this one, however that ends. */
async function start(
  /** @type {string} */ programs,
  /** @type {string} */ data,
  /** @type {number} */ port,
) {
  const options = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'lc_messages=C',
  ]
  const words = ['-D', data, ...options.flatMap((option) => ['-c', option])]
  const child = spawn(
    'setpriv',
    [...AS_ITS_USER, '--pdeathsig', 'QUIT', path.join(programs, 'postgres'), ...words],
    { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await untilSaid(child.stderr, READY)
  return child
}
