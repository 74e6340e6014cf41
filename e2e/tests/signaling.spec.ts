/** The signaling service as the official Socket.IO client meets it (docs/PROTOCOL.md). */
import { io, type Socket } from 'socket.io-client'
import { expect, test as base } from '../support/test.ts'

type Payload = Record<string, unknown>

interface Joined {
  room: string
  self: { id: string }
  peers: { id: string }[]
  ice_servers: unknown[]
}

/** A client of the namespace of rooms. */
class Client {
  private readonly arrived: [event: string, payload: unknown][] = []
  private waiting: (() => void) | undefined

  constructor(readonly socket: Socket) {
    socket.onAny((event: string, payload: unknown) => {
      this.arrived.push([event, payload])
      this.waiting?.()
    })
  }

  async emit(event: string, payload: unknown): Promise<unknown> {
    return this.socket.timeout(10_000).emitWithAck(event, payload)
  }

  async enter(event: 'create' | 'join', payload: Payload): Promise<Joined> {
    return (await this.emit(event, payload)) as Joined
  }

  async code(event: string, payload: unknown): Promise<string> {
    const answer = (await this.emit(event, payload)) as { error: { code: string } }
    return answer.error.code
  }

  /** The next event that arrived, or will. */
  async next(): Promise<[event: string, payload: unknown]> {
    for (;;) {
      const event = this.arrived.shift()
      if (event) return event
      await new Promise<void>((resolve) => (this.waiting = resolve))
    }
  }
}

const test = base.extend<{ client: (options?: object) => Client }>({
  client: async ({ server }, use) => {
    const sockets: Socket[] = []
    await use((options) => {
      const socket = io(`${server.url}/p2p`, { forceNew: true, reconnection: false, ...options })
      sockets.push(socket)
      return new Client(socket)
    })
    for (const socket of sockets) socket.close()
  },
})

test('two clients meet in a room, talk, and part', async ({ client }) => {
  const [host, guest] = [client(), client()]
  const created = await host.enter('create', {})
  expect(created.room).toMatch(/^[\w-]{22}$/)
  expect(created.peers).toEqual([])
  // A server whose TURN port another has taken goes on without.
  for (const server of created.ice_servers) {
    expect(server).toEqual({
      urls: [expect.stringMatching(/^turn:127\.0\.0\.1:\d+\?transport=udp$/)],
      username: expect.any(String),
      credential: expect.any(String),
    })
  }

  const joined = await guest.enter('join', { room: created.room })
  expect(joined.peers).toEqual([created.self])
  expect(await host.next()).toEqual(['peer-joined', { peer: joined.self }])

  const offer = { to: joined.self.id, sdp: 'v=0\r\n', from: 'somebody else' }
  expect(await host.emit('offer', offer)).toEqual({})
  expect(await guest.next()).toEqual(['offer', { from: created.self.id, sdp: 'v=0\r\n' }])

  expect(await guest.emit('leave', {})).toEqual({})
  expect(await host.next()).toEqual(['peer-left', { peer: joined.self }])
})

test('a client that hangs up is missed', async ({ client }) => {
  const [host, guest] = [client(), client()]
  const { room } = await host.enter('create', {})
  const joined = await guest.enter('join', { room })
  expect(await host.next()).toEqual(['peer-joined', { peer: joined.self }])
  guest.socket.close()
  expect(await host.next()).toEqual(['peer-left', { peer: joined.self }])
})

for (const transport of ['websocket', 'polling']) {
  test(`${transport} alone is enough`, async ({ client }) => {
    const [host, guest] = [client(), client({ transports: [transport] })]
    const { room, self } = await host.enter('create', {})
    const joined = await guest.enter('join', { room })
    expect(await guest.emit('answer', { to: self.id, sdp: 'x' })).toEqual({})
    expect(await host.next()).toEqual(['peer-joined', { peer: joined.self }])
    expect(await host.next()).toEqual(['answer', { from: joined.self.id, sdp: 'x' }])
  })
}

test('refusals say why', async ({ client }) => {
  const [host, other] = [client(), client()]
  const { room, self } = await host.enter('create', {})
  expect(await host.code('join', { room })).toBe('already_in_room')
  expect(await other.code('join', { room: 'AAAAAAAAAAAAAAAAAAAAAA' })).toBe('unknown_room')
  expect(await other.code('offer', { to: self.id })).toBe('not_in_room')
  expect(await host.code('offer', { to: 'AAAAAAAAAAAAAAAAAAAAAA' })).toBe('unknown_peer')
  expect(await other.code('join', null)).toBe('malformed')
  expect(await other.code('dance', {})).toBe('unknown_event')
})

test('a seventeenth member does not fit', async ({ client }) => {
  const { room } = await client().enter('create', {})
  for (let member = 2; member <= 16; member += 1) await client().enter('join', { room })
  expect(await client().code('join', { room })).toBe('room_full')
})

test('a packet over 64 KiB closes the socket that sent it', async ({ client }) => {
  const host = client({ transports: ['websocket'] })
  await host.enter('create', {})
  const closed = new Promise<string>((resolve) => host.socket.once('disconnect', resolve))
  host.socket.emit('offer', { to: 'x', sdp: 'x'.repeat(64 * 1024) })
  expect(await closed).toBe('transport close')
})
