/**
 * The server with signaling apart from it: two nodes that share their rooms in a Redis, behind a balancer that
 * the story turns to one or the other.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './free-port.mjs'
import { Redis } from './redis.ts'
import { type Program, startProgram, startServer } from './server.ts'

const SIGNALING =
  process.env.SHARESYNC_SIGNALING_BIN ??
  path.resolve(import.meta.dirname, '../../target/debug/sharesync-signaling')

/** What the server and the nodes share. */
const SECRET = 'a secret that is long enough for tickets'

/** A server, and its signaling apart. */
export interface Apart {
  /** Where the pages are. */
  readonly url: string
  /** Where pages find signaling. */
  readonly signalingUrl: string
  /** How many connections have gone to each node. */
  readonly connections: readonly number[]
  /** From now on, connections go to that node. */
  turnTo(node: number): void
  /** Redis dies, and comes back with what it had. */
  restartRedis(): Promise<void>
  stop(): Promise<void>
}

/** Starts everything. */
export async function startApart(): Promise<Apart> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-apart-'))
  const ports = [await freePort(), await freePort()]
  const balancer = await startBalancer(ports)
  const signalingUrl = `http://127.0.0.1:${String(balancer.port)}`
  const redis = await Redis.open()
  const server = await startServer(undefined, {
    TURN_PORT: '',
    SIGNALING_URL: signalingUrl,
    SIGNALING_TICKET_KEY: SECRET,
    RELAY_ORIGINS: ports.map((port) => `ws://127.0.0.1:${String(port)}`).join(','),
  })
  const nodes: Program[] = []
  for (const port of ports) {
    const env = {
      HOST: '127.0.0.1',
      PORT: String(port),
      TURN: 'off',
      PUBLIC_URL: server.url,
      SIGNALING_TICKET_KEY: SECRET,
      REDIS_URL: redis.url,
      RELAY_URL: `ws://127.0.0.1:${String(port)}/relay`,
      RUST_LOG: 'error',
    }
    nodes.push(await startProgram(SIGNALING, { cwd: folder, env }))
  }
  return {
    url: server.url,
    signalingUrl,
    connections: balancer.connections,
    turnTo: balancer.turnTo,
    restartRedis: () => redis.restart(),
    stop: async () => {
      balancer.close()
      for (const node of nodes) await node.stop()
      await server.stop()
      await redis.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Passes connections on to the port that it is turned to. */
async function startBalancer(ports: readonly number[]) {
  const connections = ports.map(() => 0)
  let node = 0
  const open = new Set<net.Socket>()
  const server = net.createServer((client) => {
    connections[node] = (connections[node] ?? 0) + 1
    const service = net.connect(ports[node] ?? 0, '127.0.0.1')
    for (const [one, other] of [
      [client, service],
      [service, client],
    ] as const) {
      open.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  const port = await listening(server)
  return {
    port,
    connections,
    turnTo: (to: number) => {
      node = to
    },
    close: () => {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as net.AddressInfo).port
}
