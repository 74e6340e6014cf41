/**
 * Uploads in parts: how fast one goes beside writing, syncing and hashing the same bytes in one local process, and what
 * the server takes for twenty at once and for twenty readers that are slow. Called by `run.mjs`.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { median } from './median.mjs'
import { putPart } from './put-part.mjs'
import { startServer } from './server-process.mjs'

const GIBIBYTE = 2 ** 30
const ROUNDS = 5
const GOAL_RATIO = 0.7
const AT_ONCE = 20
const GOAL_GROWTH_MIB = 64
/** As many as a page sends. */
const LANES = 3
/** Slow readers take so many bytes a second, for so many seconds. */
const [SIP, SIPS] = [1024, 20]
/** What Node writes and hashes by. */
const PIECE = randomFillSync(Buffer.alloc(8 * 2 ** 20))

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const ROOMY = {
  MAX_CONTENT_LENGTH: String(2 * GIBIBYTE),
  USER_QUOTA: String(1000 * GIBIBYTE),
  RATE_LIMIT_UPLOAD: 'off',
}

/** Measures and prints. */
export async function measureUploads(binary) {
  const server = await startServer(binary, { variables: ROOMY })
  try {
    await call(`${server.url}/api/auth/register`, ACCOUNT)
    const { access_token: token } = await call(`${server.url}/api/auth/login`, ACCOUNT)
    await measureSpeed(server.url, token)
    await measureMany(server, token)
    await measureReaders(server, token)
  } finally {
    await server.stop()
  }
}

async function measureSpeed(url, token) {
  const ratios = []
  const speeds = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const local = timedSync(writeLocally)
    const started = performance.now()
    const file = await upload(url, token, LANES)
    const seconds = (performance.now() - started) / 1000
    ratios.push(local / seconds)
    speeds.push(GIBIBYTE / 1e6 / seconds)
    await remove(url, token, file.id)
  }
  print(
    `1 GiB in parts, ${LANES} at once: ${median(speeds).toFixed(0)} MB/s, ` +
      `${percent(median(ratios))} of writing, syncing and hashing it locally ` +
      `(${ratios.map(percent).join(', ')}; goal: ${percent(GOAL_RATIO)})`,
  )
}

/** Writes, hashes and syncs a gibibyte, piece after piece. */
function writeLocally() {
  const name = path.join(tmpdir(), `sharesync-bench-${process.pid}`)
  const file = openSync(name, 'w')
  const hash = createHash('sha256')
  for (let left = GIBIBYTE; left > 0; left -= PIECE.length) {
    writeSync(file, PIECE)
    hash.update(PIECE)
  }
  fdatasyncSync(file)
  hash.digest()
  closeSync(file)
  unlinkSync(name)
}

async function measureMany(server, token) {
  const before = await server.memory()
  const started = performance.now()
  const uploads = Array.from({ length: AT_ONCE }, () => upload(server.url, token, 1))
  const files = await Promise.all(uploads)
  const seconds = (performance.now() - started) / 1000
  report(
    `${AT_ONCE} uploads of 1 GiB at once, ${seconds.toFixed(0)} s`,
    before,
    await server.memory(),
  )
  for (const { id } of files) await remove(server.url, token, id)
}

async function measureReaders(server, token) {
  const { id } = await upload(server.url, token, LANES)
  const authorized = { authorization: `Bearer ${token}` }
  const file = await (await fetch(`${server.url}/api/files/${id}`, { headers: authorized })).json()
  const before = await server.memory()
  const readers = await Promise.all(
    Array.from({ length: AT_ONCE }, () => openSlowly(file.download_url)),
  )
  let peak = 0
  for (let sip = 0; sip < SIPS; sip += 1) {
    for (const reader of readers) reader.read(SIP)
    await pass(1000)
    peak = Math.max(peak, (await server.memory()).now)
  }
  for (const reader of readers) reader.destroy()
  report(`${AT_ONCE} readers of 1 GiB at ${SIP} bytes a second`, before, { now: peak, peak })
}

function openSlowly(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, highWaterMark: SIP }, resolve).on('error', reject)
  })
}

function report(what, before, after) {
  const grown = Math.max(after.now, after.peak > before.peak ? after.peak : 0) - before.now
  print(
    `${what}: ${grown.toFixed(1)} MiB above ${before.now.toFixed(1)} (goal: below ${GOAL_GROWTH_MIB})`,
  )
}

/** Sends a gibibyte by so many lanes; answers the file. */
async function upload(url, token, lanes) {
  const announced = { name: 'bench.bin', size: GIBIBYTE }
  const { id, part_size: partSize } = await call(`${url}/api/uploads`, announced, token)
  const numbers = Array.from({ length: Math.ceil(GIBIBYTE / partSize) }, (_, at) => at + 1)
  const agent = new Agent({ keepAlive: true, maxSockets: lanes })
  const lane = async () => {
    for (let number = numbers.shift(); number; number = numbers.shift()) {
      const wanted = { parts: [{ number }] }
      const { parts } = await call(`${url}/api/uploads/${id}/parts`, wanted, token)
      await putPart(parts[0], PIECE.subarray(0, parts[0].size), agent)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  agent.destroy()
  return call(`${url}/api/uploads/${id}/complete`, {}, token)
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

function timedSync(work) {
  const started = performance.now()
  work()
  return (performance.now() - started) / 1000
}

function percent(ratio) {
  return `${(ratio * 100).toFixed(0)} %`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
