/**
 * The server by itself: how soon it answers, what it takes when idle, and how its memory grows over a
 * gigabyte up and a gigabyte down. Called by `run.mjs`.
 */
import { median } from './median.mjs'
import { startServer } from './server-process.mjs'

const GIBIBYTE = 2 ** 30
const PIECE = new Uint8Array(2 ** 20)
const STARTS = 5

/** Measures and prints. */
export async function measureServer(binary) {
  const starts = []
  for (let i = 0; i < STARTS; i += 1) {
    const started = performance.now()
    const server = await startServer(binary)
    await fetch(`${server.url}/api/health`)
    starts.push(performance.now() - started)
    await server.stop()
  }
  print(`answering after exec: ${median(starts).toFixed(0)} ms (median of ${STARTS})`)

  const server = await startServer(binary, {
    variables: { MAX_CONTENT_LENGTH: String(2 * GIBIBYTE) },
  })
  try {
    const idle = await server.memory()
    print(`idle: ${idle.now.toFixed(1)} MiB resident`)
    const token = await signIn(server.url)
    const before = await server.memory()
    print(
      `after a registration and a sign-in: ${before.now.toFixed(1)} MiB, peak ${before.peak.toFixed(1)}`,
    )
    const up = await timed(() => upload(server.url, token))
    report('up', up, before, await server.memory())
    const down = await timed(() => download(server.url, token, up.result.id))
    report('down', down, before, await server.memory())
  } finally {
    await server.stop()
  }
}

function report(way, { seconds }, before, after) {
  const grown = Math.max(after.peak, after.now) - before.now
  print(
    `1 GiB ${way}: ${(GIBIBYTE / 1e6 / seconds).toFixed(0)} MB/s, ` +
      `peak ${grown.toFixed(1)} MiB above ${before.now.toFixed(1)}`,
  )
}

async function signIn(url) {
  const account = {
    email: 'bench@example.com',
    username: 'bench',
    password: 'correct horse battery',
  }
  await call(`${url}/api/auth/register`, account)
  return (await call(`${url}/api/auth/login`, account)).access_token
}

async function call(url, body) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** A form sent piece by piece, so that this side's memory does not grow either. */
async function upload(url, token) {
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="bench.bin"\r\n\r\n'
  // The quota is a gibibyte, so the file is as large as the quota allows.
  let left = GIBIBYTE
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
    pull(controller) {
      if (left > 0) {
        controller.enqueue(PIECE.slice())
        left -= PIECE.byteLength
      } else {
        controller.enqueue(new TextEncoder().encode('\r\n--b--\r\n'))
        controller.close()
      }
    },
  })
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'multipart/form-data; boundary=b',
  }
  const response = await fetch(`${url}/api/upload`, {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  })
  if (response.status !== 201) throw new Error(await response.text())
  return response.json()
}

async function download(url, token, id) {
  const headers = { authorization: `Bearer ${token}` }
  const file = await (await fetch(`${url}/api/files/${id}`, { headers })).json()
  const response = await fetch(file.download_url)
  let received = 0
  for await (const piece of response.body) received += piece.byteLength
  if (received !== GIBIBYTE) throw new Error(`received ${received} bytes`)
}

async function timed(work) {
  const started = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - started) / 1000 }
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
