/**
 * Measures a built server: `make bench` calls it.
 *
 *   node e2e/bench/run.mjs target/release/sharesync-server
 *
 * First the server by itself (start, memory), then the room page beside a bare data channel.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { measureServer } from './server.mjs'
import { startServer } from './server-process.mjs'

const binary = process.argv[2]
if (!binary) throw new Error('usage: run.mjs SERVER_BINARY')

await measureServer(binary)

const server = await startServer(binary)
try {
  const p2p = fileURLToPath(new URL('p2p.mjs', import.meta.url))
  const { status } = spawnSync(process.execPath, [p2p, server.url], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  await server.stop()
}
