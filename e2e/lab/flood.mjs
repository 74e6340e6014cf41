/**
 * How much a network lets through at all: datagrams as large as a data channel's, as fast as they go.
 * The benchmark calls {@link floodRate}; the rest of this file is what it runs on the machines.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const BYTES = 1200
const PORT = 9000

/** Datagrams handed to the system at one time. */
const WINDOW = 64

/** How long it counts, from the first datagram that comes; in milliseconds. */
const COUNTED = 1500

/**
 * Floods one machine from another. Returns the bytes of datagrams that arrived in a second.
 * @param {import('./namespaces.mjs').Machine} from
 * @param {import('./namespaces.mjs').Machine} to
 * @param {string} address The latter's.
 * @returns {Promise<number>}
 */
export async function floodRate(from, to, address) {
  const run = (machine, ...words) =>
    machine.spawn(process.execPath, [import.meta.filename, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const receiver = run(to, 'receive')
  await once(receiver.stdout, 'data')
  const sender = run(from, 'send', address)
  const [rate] = await once(receiver.stdout, 'data')
  const ended = once(sender, 'exit')
  sender.kill()
  await ended
  return Number(rate)
}

async function receive() {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 2 ** 20 })
  socket.bind(PORT)
  await once(socket, 'listening')
  process.stdout.write('listening\n')
  await once(socket, 'message')
  const started = performance.now()
  let received = 0
  socket.on('message', ({ length }) => {
    received += length
    const time = performance.now() - started
    if (time < COUNTED) return
    process.stdout.write(`${(received / time) * 1000}\n`)
    process.exit()
  })
}

function send(address) {
  const socket = createSocket('udp4')
  const datagram = new Uint8Array(BYTES)
  // A full buffer on this side is no failure: the next one is sent all the same.
  const next = () => socket.send(datagram, PORT, address, next)
  for (let i = 0; i < WINDOW; i += 1) next()
}

if (process.argv[1] === import.meta.filename) {
  const [role, address] = process.argv.slice(2)
  if (role === 'receive') await receive()
  else send(address)
}
