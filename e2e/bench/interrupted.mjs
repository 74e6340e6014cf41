/**
 * A page that uploads a file of 4 GB (or `INTERRUPTED_BYTES`) through ten interruptions, each kind in turn: its
 * connections are reset, the server is killed, its tab is closed and, where its parts go to a bucket, that is away for a while.
 * Whether it finishes, right, and whether anything is sent again that was acknowledged. To the server's disk and to a bucket
 * (or to what `INTERRUPTED_ON` names). Called by `run.mjs`.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { sha256 } from '../support/sha256.mjs'
import { startBucket } from './bucket-process.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'

const BYTES = Number(process.env.INTERRUPTED_BYTES ?? 4e9)
const TIMES = 10
/** Where parts go, by a word for it. */
const ON = new RegExp(process.env.INTERRUPTED_ON ?? '', 'i')
/** How long a bucket is away, in milliseconds. */
const AWAY = 5000
/** How long the page may take for anything, in milliseconds. */
const PATIENCE = 1_800_000
const LOOK_EVERY = 50
/** Of a part, to the server and to a bucket. */
const HEAD = /^PUT (?:\/api\/uploads\/[^/]+\/parts\/(\d+)\?|\S+[?&]partNumber=(\d+))/
/** No head is longer until it has said the part's number. */
const HEAD_BYTES = 2000

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const ROOMY = {
  TURN: 'off',
  MAX_CONTENT_LENGTH: String(2 * BYTES),
  USER_QUOTA: String(4 * BYTES),
  RATE_LIMIT_UPLOAD: 'off',
  RATE_LIMIT_SIGN_IN: 'off',
}

/** Measures and prints. */
export async function measureInterrupted(binary) {
  for (const [name, open] of Object.entries(STORES).filter(([name]) => ON.test(name)))
    await measureOn(binary, name, await open(binary))
}

/** What servers keep files in besides their folder, and what leads to it. */
const STORES = {
  disk: () => ({ kinds: KINDS, variables: {}, proxies: [], stop: () => undefined }),
  async bucket(binary) {
    const bucket = await startBucket(binary)
    const proxy = await Proxy.start()
    proxy.leadsTo(bucket.url)
    return {
      kinds: [...KINDS, ['bucket away', () => away(bucket)]],
      variables: { ...bucket.variables, S3_PUBLIC_ENDPOINT: proxy.url },
      proxies: [proxy],
      async stop() {
        proxy.stop()
        await bucket.stop()
      },
    }
  },
}

async function measureOn(binary, name, store) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-'))
  const data = path.join(folder, 'data')
  await mkdir(data)
  const file = await randomFile(path.join(folder, 'large.bin'), BYTES)
  const proxy = await Proxy.start()
  const variables = { ...ROOMY, ...store.variables }
  const start = () => startServer(binary, { folder: data, variables })
  const proxies = [proxy, ...store.proxies]
  const story = { ...store, name, proxy, proxies, file, start, seen: new Set() }
  story.server = await start()
  proxy.leadsTo(story.server.url)
  let [sent, again] = [0, 0]
  for (const each of proxies)
    each.hears = (part) => {
      sent += 1
      if (story.seen.has(part)) again += 1
    }
  story.counts = () => ({ sent, again })
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    await call(story, '/api/auth/register', ACCOUNT)
    story.context = await browser.newContext({ baseURL: proxy.url })
    story.context.setDefaultTimeout(PATIENCE)
    await signIn(await story.context.newPage())
    await measure(story)
  } finally {
    await browser.close()
    proxy.stop()
    await story.server.stop()
    await store.stop()
    await rm(folder, { recursive: true })
  }
}

async function measure(story) {
  const started = performance.now()
  await choose(story)
  for (let time = 1; time <= TIMES; time += 1) {
    const upload = await underWay(story, (time / (TIMES + 1)) * BYTES)
    // What it has now is not to be sent again.
    for (const { number } of upload.parts) story.seen.add(number)
    const [kind, interrupt] = story.kinds[(time - 1) % story.kinds.length]
    const received = (upload.received / 1e6).toFixed(0)
    print(`${story.name}, ${time}. ${kind} at ${received} MB, ${upload.parts.length} parts`)
    await interrupt(story)
  }
  const row = story.page.getByRole('region', { name: 'Uploads' }).getByRole('listitem')
  await row.filter({ hasText: 'Uploaded' }).waitFor()
  const seconds = (performance.now() - started) / 1000
  const { items } = await call(story, '/api/files')
  const isRight = items.length === 1 && (await isKnownAs(story.file, items[0]))
  const { sent, again } = story.counts()
  const bytes = story.proxies.reduce((sum, proxy) => sum + proxy.bytes, 0)
  print(
    `${story.name}, ${BYTES / 1e9} GB with ${TIMES} interruptions in ${seconds.toFixed(0)} s: ` +
      `${isRight ? 'right' : 'wrong'}; ${sent} parts sent, acknowledged ones again: ${again} (goal: 0); ` +
      `${((bytes / BYTES - 1) * 100).toFixed(1)} % more bytes than the file has`,
  )
  if (!isRight || again > 0) process.exitCode = 1
}

const KINDS = [
  ['connections reset', ({ proxies }) => proxies.forEach((proxy) => proxy.reset())],
  [
    'server killed',
    async (story) => {
      await story.server.kill()
      story.server = await story.start()
      story.proxy.leadsTo(story.server.url)
    },
  ],
  [
    'tab closed',
    async (story) => {
      await story.page.close()
      await choose(story)
    },
  ],
]

async function away(bucket) {
  bucket.pause()
  await pass(AWAY)
  bucket.resume()
  // By then it is there again, if anything is answered at all.
  while (!(await fetch(bucket.url).catch(() => null))) await pass(LOOK_EVERY)
}

/** Whether a file is what the server says it is: by its digest, or by that of its parts. */
async function isKnownAs(file, { sha256: digest, parts_sha256: parts }) {
  if (!parts) return (await sha256(file)) === digest
  const whole = createHash('sha256')
  for await (const part of createReadStream(file, { highWaterMark: parts.part_size }))
    whole.update(createHash('sha256').update(part).digest())
  return whole.digest('hex') === parts.sha256
}

/** Opens the page and chooses the file, unless the page kept a copy and goes on by itself. */
async function choose(story) {
  const page = await story.context.newPage()
  story.page = page
  await page.goto('/upload')
  const listed = (name) => page.getByRole('region', { name }).getByRole('listitem').first()
  if (story.seen.size > 0) {
    const [goesOn, waits] = [listed('Uploads'), listed('Not finished')]
    await goesOn.or(waits).first().waitFor()
    if (await goesOn.isVisible()) return
  }
  await page.getByLabel('Choose files to upload').setInputFiles(story.file)
}

/** Waits until the server has so many bytes of the upload. Answers what it has. */
async function underWay(story, bytes) {
  const until = performance.now() + PATIENCE
  while (performance.now() < until) {
    const { items } = await call(story, '/api/uploads')
    // What a bucket has is looked at by this only.
    const upload = items[0] && (await call(story, `/api/uploads/${items[0].id}`))
    if (upload?.received >= bytes) return upload
    await pass(LOOK_EVERY)
  }
  throw new Error(`${bytes} bytes did not come`)
}

async function signIn(page) {
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(ACCOUNT.email)
  await page.getByLabel('Password').fill(ACCOUNT.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: `Account: ${ACCOUNT.username}` }).waitFor()
  await page.close()
}

/** Asks the server itself, with a token that is made anew before it ends. */
async function call(story, place, body) {
  const headers = { 'content-type': 'application/json' }
  if (!body) headers.authorization = `Bearer ${await token(story)}`
  const method = body ? 'POST' : 'GET'
  const url = `${story.server.url}${place}`
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) })
  if (!response.ok) throw new Error(`${place}: ${response.status} ${await response.text()}`)
  return response.json()
}

async function token(story) {
  if (!story.token || performance.now() - story.signedInAt > 300_000) {
    story.token = (await call(story, '/api/auth/login', ACCOUNT)).access_token
    story.signedInAt = performance.now()
  }
  return story.token
}

/** A way to the server that can be cut. */
class Proxy {
  /** Bytes that went to the server. */
  bytes = 0
  /** Told of every part that is begun to be sent. */
  hears = () => undefined
  /** Connections of the page's. */
  #lines = new Set()
  #port
  #server

  static async start() {
    const proxy = new Proxy()
    proxy.#server = createServer((from) => proxy.#carry(from)).listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`
    return proxy
  }

  leadsTo(url) {
    this.#port = Number(new URL(url).port)
  }

  /**
   * Resets every connection of the page's there is. One that the other side has ended already is not reset any more: Node
   * can neither reset nor close one while its end is on the way, and does not exit before that is closed.
   */
  reset() {
    for (const line of this.#lines) {
      if (line.writableEnded) line.destroy()
      else line.resetAndDestroy()
    }
  }

  stop() {
    for (const line of this.#lines) line.destroy()
    this.#server.close()
  }

  /** What comes from the page: a head begins what is read of it at a time, for it follows an answer. */
  #note(piece) {
    this.bytes += piece.length
    const head = HEAD.exec(piece.toString('latin1', 0, HEAD_BYTES))
    if (head) this.hears(Number(head[1] ?? head[2]))
  }

  #carry(from) {
    const to = connect(this.#port, '127.0.0.1')
    from.on('data', (piece) => this.#note(piece))
    this.#lines.add(from)
    from.on('close', () => this.#lines.delete(from))
    for (const [line, other] of [
      [from, to],
      [to, from],
    ]) {
      // It is closed after that as well.
      line.on('error', () => undefined)
      line.on('close', () => other.destroy())
      line.pipe(other)
    }
  }
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
