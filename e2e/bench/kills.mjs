/**
 * A server that is killed again and again (500 times, or `KILLS`) while eight uploaders send by form, in parts and by tus:
 * whether everything that it, or its bucket, acknowledged is there after each start, whole, and nothing else. On its disk and
 * with a bucket (or on what `KILLS_ON` names). Called by `run.mjs`.
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { startBucket } from './bucket-process.mjs'
import { median } from './median.mjs'
import { startServer } from './server-process.mjs'

const KILLS = Number(process.env.KILLS ?? 500)
/** Where objects lie, by a word for it. */
const ON = new RegExp(process.env.KILLS_ON ?? '', 'i')
const UPLOADERS = 8
/** When after the beginning of the load, in milliseconds. */
const [SOONEST, LATEST] = [20, 400]
/** After how many the doctor looks. */
const DOCTOR_EVERY = 50
/** Files of a round that stay to the end. */
const KEPT = 2
/** How long what a kill left may lie about, in milliseconds. */
const SWEPT_WITHIN = 20_000
const MIB = 2 ** 20
/** What contents are cut from, each behind bytes of its own. */
const PIECE = randomBytes(9 * MIB)

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const ROOMY = {
  TURN: 'off',
  USER_QUOTA: String(2 ** 40),
  RATE_LIMIT_UPLOAD: 'off',
  RATE_LIMIT_DOWNLOAD: 'off',
  RATE_LIMIT_SIGN_IN: 'off',
}

/** Measures and prints. */
export async function measureKills(binary) {
  for (const [name, open] of Object.entries(STORES).filter(([name]) => ON.test(name))) {
    const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
    const store = { name, folder, late: new Set(), ...(await open(folder, binary)) }
    try {
      await measureOn(binary, store)
    } finally {
      await store.stop()
      await rm(folder, { recursive: true })
    }
  }
}

/** What servers keep objects in, besides their folder, and how many there are. */
const STORES = {
  disk: (folder) => ({
    variables: {},
    objects: () => filesIn(folder, 'objects'),
    multiparts: () => new Map(),
    stop: () => undefined,
  }),
  async bucket(folder, binary) {
    const bucket = await startBucket(binary)
    const objects = async () => (await bucket.objects()) + (await filesIn(folder, 'objects'))
    return { ...bucket, objects }
  },
}

async function measureOn(binary, store) {
  const tally = {
    kills: 0,
    files: 0,
    parts: 0,
    offsets: 0,
    unheard: 0,
    late: 0,
    wrong: [],
    starts: [],
  }
  const library = new Library(tally)
  const restarted = async () => {
    const started = performance.now()
    const server = await start(binary, store)
    tally.starts.push(performance.now() - started)
    return server
  }
  let server = await start(binary, store)
  try {
    await call(`${server.url}/api/auth/register`, { body: ACCOUNT })
    for (let round = 1; round <= KILLS; round += 1) {
      const load = new Load(server.url, await signedIn(server.url), library)
      const ended = Promise.all(Array.from({ length: UPLOADERS }, () => load.keepUploading()))
      await pass(randomInt(SOONEST, LATEST + 1))
      await server.kill()
      await ended
      tally.kills += 1
      server = await restarted()
      await library.check(server.url, load)
      await expectOnlyStored(store, library, tally)
      if (round % DOCTOR_EVERY === 0 || round === KILLS) {
        await server.stop()
        await examine(binary, store, tally)
        server = await restarted()
        report(store.name, tally)
      }
    }
  } finally {
    await server.stop()
  }
  for (const what of tally.wrong) print(what)
  if (tally.wrong.length > 0) process.exitCode = 1
}

function report(name, { kills, files, parts, offsets, unheard, late, wrong, starts }) {
  print(
    `${name}, ${kills} kills: acknowledged ${files} files, ${parts} parts, ${offsets} appends; ` +
      `${unheard} files whose answer was not heard, ${late} multipart uploads begun by a server that was gone, behind the start of the next; ` +
      `starts ${median(starts).toFixed(0)} ms, ` +
      `at most ${Math.max(...starts).toFixed(0)}; wrong: ${wrong.length} (goal: 0)`,
  )
}

function start(binary, { folder, variables }) {
  return startServer(binary, { folder, variables: { ...ROOMY, ...variables } })
}

/** What eight uploaders did until the server was gone. */
class Load {
  /** Digests of files that are said to be there, by id. */
  files = new Map()
  /** Contents of what was begun, by the path of its upload, with what is said to be there of it. */
  begun = new Map()

  constructor(url, token, library) {
    Object.assign(this, { url, library })
    this.headers = { authorization: `Bearer ${token}` }
  }

  async keepUploading() {
    const ways = [this.byForm, this.inParts, this.byTus]
    try {
      for (;;) await ways[randomInt(ways.length)].call(this)
    } catch (cause) {
      // `fetch` says so where the line is gone; anything else the server has said.
      if (!(cause instanceof TypeError)) throw cause
    }
  }

  /** Content that nothing else has, with its digest. */
  content(size) {
    const content = Buffer.concat([randomBytes(16), PIECE.subarray(0, size)])
    const sha256 = digest(content)
    this.library.sent.add(sha256)
    return { content, sha256 }
  }

  async byForm() {
    const { content, sha256 } = this.content(randomInt(MIB))
    const body = new FormData()
    body.set('file', new Blob([content]), 'form.bin')
    const { id } = await json(await this.send('POST', '/api/upload', { body }))
    this.files.set(id, sha256)
  }

  async inParts() {
    const { content, sha256 } = this.content(randomInt(4) === 0 ? 8 * MIB : randomInt(MIB))
    const { url, headers } = this
    const body = { name: 'parts.bin', size: content.length }
    const begun = await call(`${url}/api/uploads`, { headers, body })
    const upload = { content, sha256, parts: new Set(), size: begun.part_size }
    const place = `/api/uploads/${begun.id}`
    this.begun.set(place, upload)
    const numbers = begun.parts.length > 0 ? [] : numbersOf(upload)
    const addresses = [...begun.parts, ...(await this.addresses(place, upload, numbers))]
    for (const address of addresses) {
      await put(address, upload)
      upload.parts.add(address.number)
    }
    const { id } = await call(`${url}${place}/complete`, { headers, body: {} })
    this.files.set(id, sha256)
  }

  /** Where parts go to, which for a bucket is asked for with what they are. */
  async addresses(place, upload, numbers) {
    if (numbers.length === 0) return []
    const parts = numbers.map((number) => ({ number, sha256: digest(partOf(upload, number)) }))
    const wanted = { headers: this.headers, body: { parts } }
    return (await call(`${this.url}${place}/parts`, wanted)).parts
  }

  async byTus() {
    const { content, sha256 } = this.content(randomInt(2 * MIB))
    const create = { 'upload-length': String(content.length), 'upload-metadata': 'filename dHVz' }
    const created = await this.send('POST', '/api/tus', { headers: create })
    const place = new URL(created.headers.get('location')).pathname
    const upload = { content, sha256, offset: 0 }
    this.begun.set(place, upload)
    while (upload.offset < content.length) {
      const end = Math.min(content.length, upload.offset + 1 + randomInt(MIB))
      const answer = await this.append(place, upload.offset, content.subarray(upload.offset, end))
      upload.offset = end
      if (end === content.length) this.files.set(fileOf(answer), sha256)
    }
  }

  append(place, at, body) {
    const headers = {
      'upload-offset': String(at),
      'content-type': 'application/offset+octet-stream',
    }
    return this.send('PATCH', place, { headers, body })
  }

  /** Sends with a token, as tus wants it; throws where the server refuses. */
  async send(method, place, { headers = {}, body } = {}) {
    const all = { ...this.headers, 'tus-resumable': '1.0.0', ...headers }
    return heard(await fetch(`${this.url}${place}`, { method, headers: all, body }))
  }
}

/** What is there after a start, held against what was acknowledged. */
class Library {
  /** Digests of everything that anybody began to send. */
  sent = new Set()
  /** Ids of the files that stay. */
  files = new Set()

  constructor(tally) {
    this.tally = tally
  }

  async check(url, { files, begun }) {
    const load = new Load(url, await signedIn(url), this)
    const { tally } = this
    for (const [place, upload] of begun) {
      const id = await this.finish(load, place, upload)
      if (id) files.set(id, upload.sha256)
    }
    tally.files += files.size
    const listed = await every(load)
    for (const id of [...this.files, ...files.keys()])
      if (!listed.has(id)) tally.wrong.push(`round ${tally.kills}: the file ${id} is lost`)
    for (const [id, known] of listed) {
      if (this.files.has(id)) continue
      if (!files.has(id)) tally.unheard += 1
      const answer = await load.send('GET', `/api/files/${id}/content`)
      const content = Buffer.from(await answer.arrayBuffer())
      const found = digest(content)
      const isSent = files.has(id) ? files.get(id) === found : this.sent.has(found)
      if (!isSent || !isKnownAs(content, known))
        tally.wrong.push(`round ${tally.kills}: the file ${id} is torn`)
    }
    let kept = 0
    for (const id of listed.keys()) {
      if (this.files.has(id)) continue
      if (kept < KEPT) this.files.add(id)
      else await load.send('DELETE', `/api/files/${id}?for_good=true`)
      kept += 1
    }
  }

  /** Goes on with an upload, after a look whether what was acknowledged of it is there. Answers the file. */
  async finish(load, place, upload) {
    const { tally } = this
    if (upload.parts) {
      const there = await json(await load.send('GET', place))
      tally.parts += upload.parts.size
      if (there.file) return there.file.id
      const received = new Map(there.parts.map(({ number, sha256 }) => [number, sha256]))
      for (const number of upload.parts)
        if (received.get(number) !== digest(partOf(upload, number)))
          tally.wrong.push(`round ${tally.kills}: part ${number} of ${place} is lost`)
      const missing = numbersOf(upload).filter((number) => !received.has(number))
      for (const address of await load.addresses(place, upload, missing)) await put(address, upload)
      return (await call(`${load.url}${place}/complete`, { headers: load.headers, body: {} })).id
    }
    const head = await load.send('HEAD', place)
    const offset = Number(head.headers.get('upload-offset'))
    tally.offsets += upload.offset > 0 ? 1 : 0
    if (offset < upload.offset)
      tally.wrong.push(`round ${tally.kills}: ${upload.offset - offset} bytes of ${place} are lost`)
    return fileOf(await load.append(place, offset, upload.content.subarray(offset)))
  }
}

function partOf({ content, size }, number) {
  return content.subarray((number - 1) * size, number * size)
}

function numbersOf({ content, size }) {
  return Array.from({ length: Math.ceil(content.length / size) }, (_, at) => at + 1)
}

async function put({ number, url, headers }, upload) {
  await heard(await fetch(url, { method: 'PUT', headers, body: partOf(upload, number) }))
}

/** Whether a content is what the server says it is: by its digest, or by that of its parts. */
function isKnownAs(content, { sha256, parts_sha256: parts }) {
  if (!parts) return digest(content) === sha256
  const numbers = numbersOf({ content, size: parts.part_size })
  const digests = numbers.map((number) =>
    digest(partOf({ content, size: parts.part_size }, number)),
  )
  return digest(Buffer.from(digests.join(''), 'hex')) === parts.sha256
}

function fileOf(answer) {
  return answer.headers.get('content-location').replace('/api/files/', '')
}

/** All files that the server lists, by id. */
async function every(load) {
  const files = new Map()
  let cursor = ''
  do {
    const page = await json(await load.send('GET', `/api/files?limit=200${cursor}`))
    for (const file of page.items) files.set(file.id, file)
    cursor = page.next_cursor ? `&cursor=${page.next_cursor}` : null
  } while (cursor)
  return files
}

/**
 * What a kill left is removed behind the start; then as much lies in the store as is in the library. A multipart upload that
 * a server asked for in its last moment can be begun when the next has looked already: the one behind that ends it.
 */
async function expectOnlyStored(store, library, tally) {
  const until = performance.now() + SWEPT_WITHIN
  let stored
  do {
    const multiparts = await store.multiparts()
    const left = [...multiparts].filter(([id, parts]) => parts > 0 || store.late.has(id))
    stored = [await store.objects(), await filesIn(store.folder, 'incoming'), left.length]
    if (stored[0] === library.files.size && stored[1] === 0 && stored[2] === 0) {
      store.late = new Set(multiparts.keys())
      tally.late += multiparts.size
      return
    }
    await pass(20)
  } while (performance.now() < until)
  tally.wrong.push(
    `round ${tally.kills}: ${stored} lie in the store, of ${library.files.size} files`,
  )
}

async function filesIn(folder, part) {
  const found = await readdir(path.join(folder, part), { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).length
}

function examine(binary, { folder, variables }, tally) {
  const { PATH } = process.env
  const env = { PATH, SHARESYNC_DATA_DIR: folder, RUST_LOG: 'warn', ...variables }
  return new Promise((resolve) => {
    execFile(binary, ['doctor', '--read'], { env }, (error, said) => {
      if (error) tally.wrong.push(`round ${tally.kills}: the doctor says: ${said}`)
      resolve()
    })
  })
}

async function signedIn(url) {
  return (await call(`${url}/api/auth/login`, { body: ACCOUNT })).access_token
}

async function call(url, { headers = {}, body }) {
  const all = { ...headers, 'content-type': 'application/json' }
  return json(
    await heard(await fetch(url, { method: 'POST', headers: all, body: JSON.stringify(body) })),
  )
}

async function heard(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`)
  return response
}

function json(response) {
  return response.json()
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
