/**
 * Many signaling clients in a process of their own, so that their work is not counted as the server's.
 * Started by `signaling.mjs`, which reads the lines of JSON that it prints:
 *
 *   node signaling-clients.mjs URL relay ROOMS MESSAGES_A_SECOND SECONDS
 *   node signaling-clients.mjs URL idle SOCKETS
 */
import { randomBytes } from 'node:crypto'
import { io } from 'socket.io-client'
import { percentile } from './median.mjs'

/**
 * Clients behind one address. Servers limit what comes from one, and Linux answers on all of 127.0.0.0/8, so
 * each so many get an address of their own.
 */
const CLIENTS_PER_ADDRESS = 40

/** Connections that are being opened at one time. */
const OPENING = 50

/** How long messages flow before they are counted, in seconds. */
const WARM_UP = 2

/** How often messages that are due are sent, in milliseconds. */
const TICK = 5

/** A sealed candidate's length, in characters. */
const SEALED = 320

const [url, mode, ...numbers] = process.argv.slice(2)
if (mode === 'relay') await relay(...numbers.map(Number))
else await idle(...numbers.map(Number))

/** Pairs in rooms of their own send one another candidates, evenly over time. */
async function relay(rooms, perSecond, seconds) {
  const peers = []
  await everyone(rooms, async (index) => peers.push(...(await pair(index))))
  const sealed = randomBytes(SEALED).toString('base64url').slice(0, SEALED)
  const latencies = []
  let counting = false
  let sent = 0
  let refused = 0
  for (const { socket } of peers) {
    socket.on('ice-candidate', ({ at }) => {
      if (counting) latencies.push(performance.now() - at)
    })
  }

  const started = performance.now()
  let due = 0
  const timer = setInterval(() => {
    due = ((performance.now() - started) / 1000) * perSecond
    for (; sent < due; sent += 1) {
      const { socket, other } = peers[sent % peers.length]
      const message = { to: other, sealed, at: performance.now() }
      socket.emit('ice-candidate', message, (answer) => {
        if (answer.error) refused += 1
      })
    }
  }, TICK)
  await pause(WARM_UP)
  say({ event: 'begin' })
  const before = { sent, at: performance.now() }
  counting = true
  await pause(seconds)
  counting = false
  const rate = (sent - before.sent) / ((performance.now() - before.at) / 1000)
  say({ event: 'end' })
  clearInterval(timer)
  const [p50, p99] = [percentile(latencies, 50), percentile(latencies, 99)]
  say({ rate, relayed: latencies.length / seconds, refused, p50, p99 })
  process.exit()
}

/** Two clients in a new room, with each other's ids. */
async function pair(index) {
  const [host, guest] = [await connected(2 * index), await connected(2 * index + 1)]
  const { room, self } = await ask(host, 'create', {})
  const joined = await ask(guest, 'join', { room })
  return [
    { socket: host, other: joined.self.id },
    { socket: guest, other: self.id },
  ]
}

/** Sockets in the namespace that say nothing. */
async function idle(count) {
  // The first one brings about whatever a server makes once.
  await connected(0)
  await pause(1)
  say({ event: 'begin' })
  await everyone(count, (index) => connected(index + 1))
  // Until what opening took has been let go of.
  await pause(5)
  say({ event: 'end' })
  process.exit()
}

/** Does something for each number below `count`, some at a time. */
async function everyone(count, work) {
  let next = 0
  const lane = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: OPENING }, lane))
}

async function connected(index) {
  const address = Math.floor(index / CLIENTS_PER_ADDRESS)
  const socket = io(`${url}/p2p`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    localAddress: `127.1.${Math.floor(address / 250)}.${(address % 250) + 1}`,
  })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  socket.once('disconnect', (reason) => {
    throw new Error(`a socket was closed: ${reason}`)
  })
  return socket
}

async function ask(socket, event, payload) {
  const answer = await socket.emitWithAck(event, payload)
  if (answer.error) throw new Error(`${event}: ${answer.error.code}`)
  return answer
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
