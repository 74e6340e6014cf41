/**
 * The signaling service under load, beside a plain Node Socket.IO server that does the same work with
 * nothing around it. Called by `run.mjs`.
 *
 * Many rooms of two that send one another candidates: latency, and the server's CPU; the two servers take
 * turns. Then many sockets that say nothing: memory. The clients are one Node process, the same for both;
 * what they measure includes their own waiting, for both alike.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { median } from './median.mjs'
import { startServer } from './server-process.mjs'

const ROOMS = 1000
const MESSAGES_A_SECOND = 2000
const SECONDS = 10
const ROUNDS = 3
const IDLE_SOCKETS = 10_000

/** Files that a process has open besides its sockets, generously. */
const OTHER_FILES = 200

const YARDSTICK = fileURLToPath(new URL('socketio-server.mjs', import.meta.url))
const CLIENTS = fileURLToPath(new URL('signaling-clients.mjs', import.meta.url))

/** Measures and prints. */
export async function measureSignaling(binary) {
  const contestants = [
    { name: 'ShareSync', start: () => startServer(binary) },
    { name: 'Node Socket.IO', start: () => startServer(process.execPath, { words: [YARDSTICK] }) },
  ]
  print(`${ROOMS} rooms of two, ${MESSAGES_A_SECOND} messages a second:`)
  const rounds = contestants.map(() => [])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, { start }] of contestants.entries()) rounds[index].push(await relay(start))
  }
  for (const [index, { name }] of contestants.entries()) reportRelay(name, rounds[index])

  const sockets = Math.min(IDLE_SOCKETS, (await fileLimit()) - OTHER_FILES)
  const why = sockets < IDLE_SOCKETS ? ' (no more open files are allowed here)' : ''
  print(`${sockets} idle sockets${why}:`)
  for (const { name, start } of contestants) {
    const { before, after } = await idle(start, sockets)
    const each = ((after.now - before.now) * 1024) / sockets
    print(
      `  ${name.padEnd(14)} ${each.toFixed(1)} KiB each ` +
        `(${before.now.toFixed(1)} MiB before, ${after.now.toFixed(1)} after, peak ${after.peak.toFixed(1)})`,
    )
  }
}

async function relay(start) {
  const server = await start()
  try {
    const cpu = []
    const clients = launch(server.url, 'relay', ROOMS, MESSAGES_A_SECOND, SECONDS)
    let result
    for await (const line of clients) {
      if (line.event) cpu.push(server.cpu())
      else result = line
    }
    return { ...result, cpu: (cpu[1] - cpu[0]) / SECONDS }
  } finally {
    await server.stop()
  }
}

async function idle(start, sockets) {
  const server = await start()
  try {
    const memory = {}
    for await (const { event } of launch(server.url, 'idle', sockets)) {
      memory[event === 'begin' ? 'before' : 'after'] = await server.memory()
    }
    return memory
  } finally {
    await server.stop()
  }
}

/** What the clients say, until they are done. */
async function* launch(url, mode, ...numbers) {
  const words = [CLIENTS, url, mode, ...numbers.map(String)]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) yield JSON.parse(line)
  const [code] = await ended
  if (code !== 0) throw new Error(`the clients ended with ${code}`)
}

function reportRelay(name, rounds) {
  const middle = (field) => median(rounds.map((round) => round[field]))
  const refused = rounds.reduce((sum, round) => sum + round.refused, 0)
  print(
    `  ${name.padEnd(14)} p50 ${middle('p50').toFixed(1)} ms, p99 ${middle('p99').toFixed(1)} ms, ` +
      `${(100 * middle('cpu')).toFixed(0)} % of a CPU ` +
      `(${middle('relayed').toFixed(0)} relayed a second, ${refused} refused)`,
  )
}

/** How many files a process may have open. Node lifts this to the most allowed, and its children inherit it. */
async function fileLimit() {
  const limits = await readFile('/proc/self/limits', 'utf8')
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
