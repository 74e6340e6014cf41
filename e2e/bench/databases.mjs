/** Databases that the benchmark fills by SQL: SQLite's file of a data folder, and a PostgreSQL of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Where Debian keeps PostgreSQL's programs, by version. */
const POSTGRES = '/usr/lib/postgresql'
/** Who runs it where the benchmark is root's: it refuses to be. */
const ITS_USER = 'postgres'

/** SQLite in a data folder, while no server runs there. */
export function sqliteIn(folder) {
  return {
    name: 'SQLite',
    variables: {},
    id: (hex) => `x'${hex}'`,
    bytes: (hex) => `x'${hex}'`,
    execute: (statements) =>
      feed('sqlite3', ['-bail', path.join(folder, 'sharesync.db')], statements),
    stop: () => Promise.resolve(),
  }
}

/** Starts a PostgreSQL, on a port of loopback and with its own defaults for what it keeps; nothing where there is none. */
export async function startPostgres() {
  const versions = await readdir(POSTGRES).catch(() => [])
  if (versions.length === 0) return null
  const programs = path.join(POSTGRES, versions.sort((a, b) => b - a)[0], 'bin')
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-postgres-'))
  const isRoot = process.getuid() === 0
  if (isRoot) await run('chown', [ITS_USER, folder])
  const asItsUser = (name, words) => {
    const program = path.join(programs, name)
    const disguised = [
      '--reuid',
      ITS_USER,
      '--regid',
      ITS_USER,
      '--clear-groups',
      program,
      ...words,
    ]
    return isRoot ? run('setpriv', disguised, { cwd: '/' }) : run(program, words, { cwd: '/' })
  }
  const data = path.join(folder, 'data')
  await asItsUser('initdb', ['--auth=trust', '--username=postgres', '--encoding=UTF8', '-D', data])
  const port = await freePort()
  const options = `-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port=${port}`
  await asItsUser('pg_ctl', [
    '-D',
    data,
    '-l',
    path.join(folder, 'log'),
    '-o',
    options,
    '-w',
    'start',
  ])
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    name: 'PostgreSQL',
    variables: { DATABASE_URL: url },
    id: (hex) => `'${hex}'::uuid`,
    bytes: (hex) => `'\\x${hex}'::bytea`,
    execute: (statements) =>
      feed(path.join(programs, 'psql'), ['--quiet', '-v', 'ON_ERROR_STOP=1', url], statements),
    async stop() {
      await asItsUser('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'])
      await rm(folder, { recursive: true })
    },
  }
}

/** Has a program carry statements out, as they come. */
async function feed(program, words, statements) {
  const child = spawn(program, words, { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  // Where it ends before it has all, its exit says so.
  child.stdin.on('error', () => undefined)
  for (const statement of statements)
    if (!child.stdin.write(`${statement};\n`)) await once(child.stdin, 'drain')
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`${program} ended with ${code}`)
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
