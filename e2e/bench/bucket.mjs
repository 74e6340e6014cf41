/**
 * What a server takes for files whose bytes go past it, to a bucket and from there: CPU time, which is not to depend on a
 * file's size but for a request a part, and memory. For files of 128 MiB and of 2 GiB, or of `BUCKET_SMALLER` and
 * `BUCKET_LARGER` bytes; beside it the same where they pass through it, onto its disk. Called by `run.mjs`.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { startBucket } from './bucket-process.mjs'
import { putPart } from './put-part.mjs'
import { startServer } from './server-process.mjs'

const MIB = 2 ** 20
const GIB = 2 ** 30
const SMALLER = Number(process.env.BUCKET_SMALLER ?? 128 * MIB)
const LARGER = Number(process.env.BUCKET_LARGER ?? 2 * GIB)
/** CPU time is told in hundredths of a second: of the smaller there are as many as make the larger, but not more than these. */
const MOST_FILES = 16
const GOAL_GROWTH_MIB = 64
/** As many as a page sends. */
const LANES = 3
/** What files consist of, again and again: a part, so that what it takes to digest them is taken once. */
const PIECE = randomFillSync(Buffer.alloc(8 * MIB))

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const ROOMY = {
  TURN: 'off',
  MAX_CONTENT_LENGTH: String(2 * LARGER),
  USER_QUOTA: String(4 * LARGER),
  RATE_LIMIT_UPLOAD: 'off',
  RATE_LIMIT_DOWNLOAD: 'off',
}

/** Measures and prints. */
export async function measureBucket(binary) {
  const bucket = await startBucket(binary)
  try {
    const past = await measureStore(binary, 'bucket', bucket.variables)
    const through = await measureStore(binary, 'disk', {})
    compare('up', past, through)
    compare('down', past, through)
  } finally {
    await bucket.stop()
  }
}

/** CPU seconds a file, up and down, of the smaller and of the larger. */
async function measureStore(binary, name, variables) {
  const server = await startServer(binary, { variables: { ...ROOMY, ...variables } })
  try {
    await call(`${server.url}/api/auth/register`, ACCOUNT)
    const { access_token: token } = await call(`${server.url}/api/auth/login`, ACCOUNT)
    // So that what is taken once is not counted.
    await measureFiles(server, token, PIECE.length, 1)
    const taken = {}
    for (const size of [SMALLER, LARGER]) {
      const files = Math.min(Math.max(Math.round(LARGER / size), 1), MOST_FILES)
      taken[size] = await measureFiles(server, token, size, files)
      report(name, size, files, taken[size])
    }
    return { smaller: taken[SMALLER], larger: taken[LARGER] }
  } finally {
    await server.stop()
  }
}

async function measureFiles(server, token, size, files) {
  const sha256 = digest(pieces(size))
  const before = await server.memory()
  const cpu = { up: 0, down: 0 }
  const timed = async (way, work) => {
    const began = server.cpu()
    const result = await work()
    cpu[way] += server.cpu() - began
    return result
  }
  for (let file = 0; file < files; file += 1) {
    const { id } = await timed('up', () => upload(server.url, token, size))
    const found = await timed('down', () => download(server.url, token, id))
    if (found !== sha256) throw new Error(`${id} is not what was sent`)
    await remove(server.url, token, id)
  }
  const after = await server.memory()
  // A peak of before does not count.
  const most = Math.max(after.now, after.peak > before.peak ? after.peak : 0)
  return {
    up: cpu.up / files,
    down: cpu.down / files,
    memory: { before: before.now, grown: most - before.now },
  }
}

function report(name, size, files, { up, down, memory }) {
  const each = (seconds) =>
    `${milliseconds(seconds)} a file, ${milliseconds(seconds / (size / GIB))} a GiB`
  print(
    `${name}, ${files} of ${words(size)}: CPU up ${each(up)}, ${milliseconds(up / parts(size))} a part; ` +
      `down ${each(down)}; memory ${memory.grown.toFixed(1)} MiB above ${memory.before.toFixed(1)} ` +
      `(goal: below ${GOAL_GROWTH_MIB})`,
  )
}

function compare(way, ...stores) {
  const further = parts(LARGER) - parts(SMALLER)
  const [past, through] = stores.map(({ smaller, larger }) => ({
    times: larger[way] / smaller[way],
    part: milliseconds(Math.max(larger[way] - smaller[way], 0) / further),
  }))
  print(
    `${way}, ${words(LARGER)} for ${words(SMALLER)}: ${past.times.toFixed(1)} times the CPU with the bucket, ` +
      `${past.part} for each further part; with the disk ${through.times.toFixed(1)} times, ${through.part} ` +
      `(goal with the bucket: ${way === 'up' ? 'a request a part, whatever its size' : 'once'})`,
  )
}

/** Sends a file as a page does: each part's digest, an address for that, and the part there. Answers the file. */
async function upload(url, token, size) {
  const begun = await call(`${url}/api/uploads`, { name: 'bench.bin', size }, token)
  if (begun.part_size !== PIECE.length) throw new Error(`parts have ${begun.part_size} bytes`)
  const numbers = Array.from({ length: parts(size) }, (_, at) => at + 1)
  const agent = new Agent({ keepAlive: true, maxSockets: LANES })
  const lane = async () => {
    for (let number = numbers.shift(); number; number = numbers.shift()) {
      const piece = PIECE.subarray(0, size - (number - 1) * PIECE.length)
      const wanted = { parts: [{ number, sha256: digestOf(piece) }] }
      const { parts } = await call(`${url}/api/uploads/${begun.id}/parts`, wanted, token)
      await putPart(parts[0], piece, agent)
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  agent.destroy()
  return call(`${url}/api/uploads/${begun.id}/complete`, {}, token)
}

/** Fetches a file from where its address leads; answers its digest. */
async function download(url, token, id) {
  const headers = { authorization: `Bearer ${token}` }
  const file = await (await fetch(`${url}/api/files/${id}`, { headers })).json()
  let answer = await opened(file.download_url)
  if (answer.statusCode === 307) {
    answer.resume()
    answer = await opened(answer.headers.location)
  }
  if (answer.statusCode !== 200) throw new Error(`${id}: ${answer.statusCode}`)
  const hash = createHash('sha256')
  for await (const piece of answer) hash.update(piece)
  return hash.digest('hex')
}

async function opened(url) {
  const [answer] = await once(get(url, { agent: false }), 'response')
  return answer
}

async function remove(url, token, id) {
  const headers = { authorization: `Bearer ${token}` }
  await fetch(`${url}/api/files/${id}?for_good=true`, { method: 'DELETE', headers })
}

async function call(url, body, token) {
  const headers = { 'content-type': 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

function parts(size) {
  return Math.ceil(size / PIECE.length)
}

function* pieces(size) {
  for (let left = size; left > 0; left -= PIECE.length) yield PIECE.subarray(0, left)
}

const WHOLE_PIECE = digest([PIECE])

/** A part's: of all but the last it is the same. */
function digestOf(piece) {
  return piece.length === PIECE.length ? WHOLE_PIECE : digest([piece])
}

function digest(pieces) {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

function words(size) {
  return size < GIB ? `${(size / MIB).toFixed(0)} MiB` : `${(size / GIB).toFixed(0)} GiB`
}

function milliseconds(seconds) {
  return `${(seconds * 1000).toFixed(1)} ms`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
