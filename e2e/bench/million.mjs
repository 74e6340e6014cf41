/**
 * A library of a million files (or `MILLION_FILES`): how soon a page of it comes, and how soon others are answered while
 * the purge takes a tenth of it away, which lie in the store as small files. On SQLite and on PostgreSQL. Called by
 * `run.mjs`.
 */
import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { onEachDatabase } from './databases.mjs'
import { median, percentile } from './median.mjs'
import { startServer } from './server-process.mjs'

const FILES = Number(process.env.MILLION_FILES ?? 1_000_000)
const EXPIRED = FILES / 10
/** Which databases, by a word of their names. */
const ON = new RegExp(process.env.MILLION_ON ?? '', 'i')
const REQUESTS = 300
const WORDS =
  'report invoice photo holiday summer budget draft final contract scan meeting notes video letter bill tax house garden'.split(
    ' ',
  )
const [GOAL_PAGE_MS, GOAL_BESIDE_MS] = [50, 100]
/** Rows that are inserted by one statement. */
const ROWS = 1000
/** What every file holds. */
const CONTENT = Buffer.alloc(100, 'a')
const DIGEST = createHash('sha256').update(CONTENT).digest('hex')
/** The purge runs every ten minutes, at second 0. */
const PURGE_EVERY_MS = 600_000
/** How long others wait between two requests beside the purge. */
const BREATH_MS = 20

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const ROOMY = {
  TURN: 'off',
  TRASH_DAYS: '0',
  USER_QUOTA: String(2 ** 40),
  RATE_LIMIT_UPLOAD: 'off',
  RATE_LIMIT_SIGN_IN: 'off',
  RUST_LOG: 'info',
}

/** Measures and prints. */
export async function measureMillion(binary) {
  await onEachDatabase(ON, (folder, database) => measureOn(binary, folder, database))
}

async function measureOn(binary, folder, database) {
  const variables = { ...ROOMY, ...database.variables }
  const first = await startServer(binary, { folder, variables: { ...variables, RUST_LOG: 'warn' } })
  await post(`${first.url}/api/auth/register`, ACCOUNT)
  await first.stop()
  const purgeAt = await fill(folder, database)
  const told = new EventEmitter()
  const log = (line) => {
    if (line.includes('purged what had expired')) told.emit('purged', performance.now())
    if (/ (WARN|ERROR) /.test(line)) print(line)
  }
  const done = once(told, 'purged')
  const server = await startServer(binary, { folder, variables, log })
  try {
    await measurePages(server.url, database.name)
    await measurePurge(server, database.name, purgeAt, done)
  } finally {
    await server.stop()
  }
}

/** Enters the files, a tenth of which expire just before the purge that answers when. */
async function fill(folder, database) {
  const started = performance.now()
  // So that what is measured before it has been.
  const purgeAt =
    (Math.floor((Date.now() + FILES / 20 + 60_000) / PURGE_EVERY_MS) + 1) * PURGE_EVERY_MS
  const objects = Array.from({ length: EXPIRED }, (_, n) => idOf('b', n))
  for (const name of objects) {
    const shelf = path.join(folder, 'objects', name.slice(-2))
    await mkdir(shelf, { recursive: true })
    await writeFile(path.join(shelf, name), CONTENT)
  }
  await database.execute(statements(database, purgeAt))
  const seconds = (performance.now() - started) / 1000
  print(`${database.name}: ${FILES} files entered in ${seconds.toFixed(0)} s`)
  return purgeAt
}

function* statements({ id, bytes, upkeep }, purgeAt) {
  const now = Date.now()
  yield 'begin'
  for (let from = 0; from < FILES; from += ROWS) {
    const numbers = Array.from({ length: Math.min(ROWS, FILES - from) }, (_, n) => from + n)
    const objects = numbers.map((n) => `(${id(idOf('b', n))}, 'live', ${now})`)
    yield `insert into object (id, state, created_at) values ${objects.join()}`
    const files = numbers.map((n) => {
      const expiry = n < EXPIRED ? purgeAt - 1000 : now + 7 * 24 * 3600_000
      const name = nameOf(n)
      return `(${id(idOf('a', n))}, ${id(idOf('b', n))}, '${name}', ${CONTENT.length},
        ${bytes(DIGEST)}, 'text/plain', ${now}, ${expiry})`
    })
    yield `insert into file
        (id, account_id, object_id, folder_id, name, name_key, size, sha256, content_type, created_at, expires_at)
      select column1, (select id from account), column2, (select id from account), column3, column3, column4, column5,
        column6, column7, column8
      from (values ${files.join()}) as rows`
  }
  yield `update account set used = ${FILES * CONTENT.length}`
  yield 'commit'
  yield* upkeep
}

/** What the so many-th file is called: words of which some are in many names, and a number that is in few. */
function nameOf(n) {
  const word = (by) => WORDS[Math.floor(n / by) % WORDS.length]
  return `${word(1)} ${word(WORDS.length)} ${n}.${n % 3 ? 'pdf' : 'jpg'}`
}

/** Texts that somebody may look for: parts of names, those of files anywhere in the library. */
function textOf(n) {
  const name = nameOf(Math.floor(((n * 7919) % 9973) * (FILES / 9973)))
  const length = 3 + (n % 9)
  return name.slice(n % Math.max(1, name.length - length)).slice(0, length)
}

/** The so many-th id of a kind, later ones behind earlier ones, as 32 digits in the shape of UUID version 7. */
function idOf(kind, n) {
  const time = n.toString(16).padStart(12, '0')
  const rest = createHash('sha256').update(`${kind}${n}`).digest('hex')
  return `${time}7${rest.slice(0, 3)}8${kind}${rest.slice(3, 17)}`
}

async function measurePages(url, name) {
  const get = await reader(url)
  const middle = idOf('a', FILES / 2).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  for (const [what, query] of [
    ['the first page', ''],
    ['a page in the middle', `?cursor=${middle}`],
  ]) {
    const times = []
    for (let n = 0; n < REQUESTS; n += 1) times.push(await timed(() => get(`/api/files${query}`)))
    print(`${name}: ${what}: ${spread(times)} (goal: p99 below ${GOAL_PAGE_MS} ms)`)
  }
  const times = []
  for (let n = 0; n < REQUESTS; n += 1) {
    const query = new URLSearchParams({ q: textOf(n) })
    times.push(await timed(() => get(`/api/files?${query}`)))
  }
  print(`${name}: a search: ${spread(times)} (goal: p99 below ${GOAL_PAGE_MS} ms)`)
}

async function measurePurge(server, name, purgeAt, done) {
  print(`${name}: waiting ${((purgeAt - Date.now()) / 1000).toFixed(0)} s for the purge`)
  await pass(purgeAt - 5000 - Date.now())
  const get = await reader(server.url)
  const token = await signedIn(server.url)
  const before = await server.memory()
  const others = {
    'pages of the library': () => get('/api/files'),
    uploads: () => upload(server.url, token),
  }
  let isOver = false
  const measured = Object.entries(others).map(async ([what, request]) => {
    const times = []
    while (!isOver) {
      if (Date.now() < purgeAt) await request()
      else times.push(await timed(request))
      await pass(BREATH_MS)
    }
    return [what, times]
  })
  const peaks = sample(server, () => isOver)
  const began = performance.now() + purgeAt - Date.now()
  const seconds = ((await done)[0] - began) / 1000
  isOver = true
  print(`${name}: ${EXPIRED} files purged in ${seconds.toFixed(0)} s`)
  for (const [what, times] of await Promise.all(measured))
    print(`${name}: meanwhile ${what}: ${spread(times)} (goal: p99 below ${GOAL_BESIDE_MS} ms)`)
  const after = await server.memory()
  const figures = [before.now, await peaks, after.now].map((mebibytes) => mebibytes.toFixed(1))
  print(`${name}: memory before, at most, after: ${figures.join(', ')} MiB`)
}

/** The most memory that a server has until it is over. */
async function sample(server, isOver) {
  let most = 0
  while (!isOver()) {
    most = Math.max(most, (await server.memory()).now)
    await pass(200)
  }
  return most
}

async function reader(url) {
  const headers = { authorization: `Bearer ${await signedIn(url)}` }
  return async (path) => {
    const response = await fetch(`${url}${path}`, { headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
}

async function signedIn(url) {
  return (await (await post(`${url}/api/auth/login`, ACCOUNT)).json()).access_token
}

async function upload(url, token) {
  const form = new FormData()
  form.set('file', new Blob([CONTENT]), `${randomBytes(8).toString('hex')}.txt`)
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/api/upload`, { method: 'POST', headers, body: form })
  if (!response.ok) throw new Error(`upload: ${response.status} ${await response.text()}`)
  await response.arrayBuffer()
}

async function post(url, body) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response
}

async function timed(work) {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function spread(times) {
  const figure = (ms) => `${ms.toFixed(1)} ms`
  const [middle, high] = [median(times), percentile(times, 99)].map(figure)
  return `median ${middle}, p99 ${high}, most ${figure(Math.max(...times))} of ${times.length}`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
