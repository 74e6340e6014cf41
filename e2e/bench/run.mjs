/**
 * Measures a built server: `make bench` calls it.
 *
 *   node e2e/bench/run.mjs target/release/sharesync-server [PART…]
 *
 * The parts, all but `every-line` where none is named:
 *
 *   server      by itself: start, memory
 *   signaling   latency, CPU and memory under load, beside a plain Node Socket.IO server
 *   p2p         the room page beside a bare data channel, on loopback
 *   lines       the same over distance and loss, on some emulated lines
 *   every-line  the same on all of them
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { EVERY_LINE, measureLines, SOME_LINES } from './lines.mjs'
import { measureServer } from './server.mjs'
import { startServer } from './server-process.mjs'
import { measureSignaling } from './signaling.mjs'

const PARTS = {
  server: measureServer,
  signaling: measureSignaling,
  p2p: measureTransfer,
  lines: (binary) => measureLines(binary, SOME_LINES),
  'every-line': (binary) => measureLines(binary, EVERY_LINE),
}

const [binary, ...names] = process.argv.slice(2)
if (!binary) throw new Error('usage: run.mjs SERVER_BINARY [PART…]')
const unknown = names.find((name) => !(name in PARTS))
if (unknown) throw new Error(`${unknown} is none of ${Object.keys(PARTS).join(', ')}`)

for (const [name, measure] of Object.entries(PARTS)) {
  if (names.length === 0 ? name === 'every-line' : !names.includes(name)) continue
  process.stdout.write(`\n== ${name}\n`)
  await measure(binary)
}

async function measureTransfer(binary) {
  const server = await startServer(binary)
  try {
    const p2p = fileURLToPath(new URL('p2p.mjs', import.meta.url))
    const { status } = spawnSync(process.execPath, [p2p, server.url], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = status ?? 1
  } finally {
    await server.stop()
  }
}
