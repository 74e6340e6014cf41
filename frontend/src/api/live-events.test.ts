import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Line, LiveEvents, type LiveListener } from './live-events'
import type { Session } from './session'

type Handler = (payload?: unknown) => void

/** A line whose other end is the test. */
class TestSocket {
  active = false
  connections = 0
  /** What was shown on each. */
  readonly shown: unknown[] = []
  readonly #handlers = new Map<string, Handler>()
  readonly #auth: Parameters<Line>[0]

  constructor(auth: Parameters<Line>[0]) {
    this.#auth = auth
  }

  on(event: string, handler: Handler) {
    this.#handlers.set(event, handler)
  }

  removeAllListeners() {
    this.#handlers.clear()
  }

  connect() {
    this.active = true
    this.connections += 1
    this.#auth((auth) => this.shown.push(auth))
  }

  disconnect() {
    this.active = false
  }

  say(event: string, payload?: unknown) {
    this.#handlers.get(event)?.(payload)
  }

  /** The server ends it. */
  end() {
    this.active = false
    this.say('disconnect', 'io server disconnect')
  }

  /** The server does not let it in. */
  refuse(message: string) {
    this.active = false
    this.say('connect_error', new Error(message))
  }
}

const token = vi.fn<() => Promise<string | null>>()
const renew = vi.fn<() => Promise<string | null>>()
const listener = {
  connected: vi.fn<LiveListener['connected']>(),
  upload: vi.fn<LiveListener['upload']>(),
  libraryChanged: vi.fn<LiveListener['libraryChanged']>(),
}
let socket: TestSocket
let events: LiveEvents

const seen = vi.spyOn(document, 'visibilityState', 'get')

function see(state: DocumentVisibilityState) {
  seen.mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  seen.mockReturnValue('visible')
  token.mockResolvedValue('first')
  renew.mockResolvedValue('second')
  events = new LiveEvents({ token, renew } as unknown as Session, listener, (auth) => {
    socket = new TestSocket(auth)
    return socket as unknown as Socket
  })
})

afterEach(() => {
  events.close()
  vi.useRealTimers()
  vi.resetAllMocks()
})

it('shows a token of the session each time, and goes on with a new one where that is over', async () => {
  await vi.advanceTimersByTimeAsync(0)
  socket.say('connect')
  token.mockResolvedValue('second')
  socket.end()
  await vi.advanceTimersByTimeAsync(1000)
  socket.say('connect')
  expect(socket.shown).toEqual([{ token: 'first' }, { token: 'second' }])
  expect(listener.connected).toHaveBeenCalledTimes(2)
})

it('shows nothing where the session cannot be told for the moment, and is refused', async () => {
  token.mockRejectedValue(new Error('unreachable'))
  socket.end()
  await vi.advanceTimersByTimeAsync(1000)
  expect(socket.shown).toEqual([{ token: 'first' }, {}])
})

it('has a refused token renewed, and comes again ever less often', async () => {
  for (const wait of [1000, 2000, 4000]) {
    const before = socket.connections
    socket.refuse('unauthenticated')
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(socket.connections).toBe(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(socket.connections).toBe(before + 1)
  }
  expect(renew).toHaveBeenCalledTimes(3)

  // Once it was let in, it is as at first.
  socket.say('connect')
  const before = socket.connections
  socket.refuse('unavailable')
  await vi.advanceTimersByTimeAsync(1000)
  expect(socket.connections).toBe(before + 1)
  expect(renew).toHaveBeenCalledTimes(3)
})

it('leaves trying again to the line itself where nobody answers', async () => {
  socket.say('connect_error', new Error('websocket error'))
  await vi.advanceTimersByTimeAsync(100_000)
  expect(socket.connections).toBe(1)
  expect(renew).not.toHaveBeenCalled()

  // Nor is it waited any longer for that once somebody answers.
  socket.say('connect_error', new Error('websocket error'))
  socket.refuse('unavailable')
  await vi.advanceTimersByTimeAsync(1000)
  expect(socket.connections).toBe(2)
})

it('does without where the server has no such thing', async () => {
  socket.refuse('Invalid namespace')
  await vi.advanceTimersByTimeAsync(1_000_000)
  see('visible')
  expect(socket.connections).toBe(1)
})

it('lets go where nobody has looked for a minute, and comes back when somebody does', async () => {
  see('hidden')
  await vi.advanceTimersByTimeAsync(59_999)
  expect(socket.active).toBe(true)
  see('visible')
  see('hidden')
  await vi.advanceTimersByTimeAsync(59_999)
  expect(socket.active).toBe(true)
  await vi.advanceTimersByTimeAsync(1)
  expect(socket.active).toBe(false)
  see('visible')
  expect(socket.active).toBe(true)
  expect(socket.connections).toBe(2)
})

it('passes on what is said, and nothing that is not of its form', () => {
  const news = {
    id: '01990000-0000-7000-8000-000000000001',
    name: 'film.mp4',
    size: 7,
    received: 3,
    state: 'under_way',
  }
  socket.say('upload', news)
  socket.say('upload', { ...news, received: '3' })
  socket.say('library', {})
  socket.say('library', null)
  expect(listener.upload.mock.calls).toEqual([[news]])
  expect(listener.libraryChanged).toHaveBeenCalledOnce()
})

it('is over when it is closed', async () => {
  socket.end()
  events.close()
  see('visible')
  await vi.advanceTimersByTimeAsync(100_000)
  expect(socket.connections).toBe(1)
  expect(socket.active).toBe(false)
})
