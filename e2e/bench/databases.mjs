/** Databases that the benchmark fills by SQL: SQLite's file of a data folder, and a PostgreSQL of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { Postgres } from '../support/postgres.mjs'

/** SQLite in a data folder, while no server runs there. */
export function sqliteIn(folder) {
  return {
    name: 'SQLite',
    variables: {},
    id: (hex) => `x'${hex}'`,
    bytes: (hex) => `x'${hex}'`,
    execute: (statements) =>
      feed('sqlite3', ['-bail', path.join(folder, 'sharesync.db')], statements),
    upkeep: [],
    stop: () => Promise.resolve(),
  }
}

/** Starts a PostgreSQL; nothing where there is none. */
export async function startPostgres() {
  if (!(await Postgres.isInstalled())) return null
  const postgres = await Postgres.open()
  const url = await postgres.createDatabase()
  return {
    name: 'PostgreSQL',
    variables: { DATABASE_URL: url },
    id: (hex) => `'${hex}'::uuid`,
    bytes: (hex) => `'\\x${hex}'::bytea`,
    execute: (statements) =>
      feed(postgres.program('psql'), ['--quiet', '-v', 'ON_ERROR_STOP=1', url], statements),
    // What it does by itself a minute after so much has come, and has long done where a library has grown.
    upkeep: ['vacuum analyze'],
    stop: () => postgres.close(),
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
