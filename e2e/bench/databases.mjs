/** Databases that the benchmark fills by SQL: SQLite's file of a data folder, and a PostgreSQL of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Postgres } from '../support/postgres.mjs'

const run = promisify(execFile)

/** Measures on SQLite and on PostgreSQL, or on that whose name is wanted, each beside a data folder of its own. */
export async function onEachDatabase(wanted, measure) {
  for (const open of [sqliteIn, startPostgres].filter(({ name }) => wanted.test(name))) {
    const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
    const database = await open(folder)
    try {
      if (database) await measure(folder, database)
      else process.stdout.write('PostgreSQL is not installed\n')
    } finally {
      await database?.stop()
      await rm(folder, { recursive: true })
    }
  }
}

/** SQLite in a data folder. */
export function sqliteIn(folder) {
  const file = path.join(folder, 'sharesync.db')
  return {
    name: 'SQLite',
    variables: {},
    id: (hex) => `x'${hex}'`,
    bytes: (hex) => `x'${hex}'`,
    anyId: 'randomblob(16)',
    numbers: (count) => `(select value as n from generate_series(0, ${count - 1}))`,
    execute: (statements) => feed('sqlite3', ['-bail', '-cmd', '.timeout 10000', file], statements),
    ask: (question) => answerOf('sqlite3', ['-readonly', '-cmd', '.timeout 10000', file, question]),
    upkeep: [],
    stop: () => Promise.resolve(),
  }
}

/** Starts a PostgreSQL; nothing where there is none. */
async function startPostgres() {
  if (!(await Postgres.isInstalled())) return null
  const postgres = await Postgres.open()
  const url = await postgres.createDatabase()
  return {
    name: 'PostgreSQL',
    variables: { DATABASE_URL: url },
    id: (hex) => `'${hex}'::uuid`,
    bytes: (hex) => `'\\x${hex}'::bytea`,
    anyId: 'gen_random_uuid()',
    numbers: (count) => `generate_series(0, ${count - 1}::bigint) as numbers (n)`,
    ask: (question) => answerOf(postgres.program('psql'), ['-At', '-c', question, url]),
    execute: (statements) =>
      feed(postgres.program('psql'), ['--quiet', '-v', 'ON_ERROR_STOP=1', url], statements),
    // What it does by itself a minute after so much has come, and has long done where a library has grown.
    upkeep: ['vacuum analyze'],
    stop: () => postgres.close(),
  }
}

/** What a program answers, without the end of its line. */
async function answerOf(program, words) {
  return (await run(program, words)).stdout.trim()
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
