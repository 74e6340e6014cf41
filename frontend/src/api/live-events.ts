/**
 * A line to the server on which it tells what becomes of one's own files: Socket.IO namespace `/events`
 * (docs/PROTOCOL.md). A page has it for as long as somebody is signed in and looks at it; where the server
 * cannot be reached it is tried again, ever less often, and nobody hears of that. Used by `app/live-updates.tsx`.
 */
import { io, type Socket } from 'socket.io-client'
import * as v from 'valibot'
import { libraryNews, uploadNews, type UploadNews } from './event-messages'
import type { Session } from './session'

/** How long is waited before the line is made again, at first and later, in milliseconds. */
const FIRST_WAIT_MS = 1000
const MOST_WAIT_MS = 60_000
/** How long a page may be out of sight before it lets go of its line, in milliseconds. */
const OUT_OF_SIGHT_MS = 60_000

/** Told where the server has no such namespace, as a signaling service has none that a proxy put in its place. */
const NO_NAMESPACE = 'Invalid namespace'
const UNAUTHENTICATED = 'unauthenticated'

/** What is heard. */
export interface LiveListener {
  /** The line is there, perhaps again: what happened before was not heard. */
  connected(): void
  upload(news: UploadNews): void
  libraryChanged(): void
}

/** Makes a line that is not connected yet. */
export type Line = (auth: (show: (auth: { token?: string }) => void) => void) => Socket

/** One page's line, for as long as it is open. */
export class LiveEvents {
  readonly #session: Session
  readonly #listener: LiveListener
  readonly #socket: Socket
  #again: ReturnType<typeof setTimeout> | undefined
  #outOfSight: ReturnType<typeof setTimeout> | undefined
  #wait = FIRST_WAIT_MS
  /** Whether the server has nothing to tell. */
  #isOver = false

  /** Connects, and stays so for as long as the page is seen. */
  constructor(session: Session, listener: LiveListener, line: Line = toServer) {
    this.#session = session
    this.#listener = listener
    this.#socket = line((show) => void this.#show(show))
    this.#listen()
    document.addEventListener('visibilitychange', this.#follow)
    this.#follow()
  }

  /** Ends it for good. */
  close(): void {
    document.removeEventListener('visibilitychange', this.#follow)
    this.#socket.removeAllListeners()
    this.#letGo()
  }

  readonly #follow = () => {
    clearTimeout(this.#outOfSight)
    if (this.#isOver) return
    if (document.visibilityState === 'visible') this.#connect()
    else this.#outOfSight = setTimeout(() => this.#letGo(), OUT_OF_SIGHT_MS)
  }

  #connect(): void {
    // While it is tried already, or about to be, that goes on.
    if (this.#again === undefined && !this.#socket.active) this.#socket.connect()
  }

  #letGo(): void {
    clearTimeout(this.#outOfSight)
    clearTimeout(this.#again)
    this.#again = undefined
    this.#socket.disconnect()
  }

  /** Comes again in a while, if somebody looks at the page then. */
  #comeAgain(): void {
    clearTimeout(this.#again)
    if (this.#isOver) return
    this.#again = setTimeout(() => {
      this.#again = undefined
      this.#follow()
    }, this.#wait)
    this.#wait = Math.min(this.#wait * 2, MOST_WAIT_MS)
  }

  async #show(show: (auth: { token?: string }) => void): Promise<void> {
    const token = await this.#session.token().catch(() => null)
    show(token === null ? {} : { token })
  }

  #listen(): void {
    this.#socket.on('connect', () => {
      this.#wait = FIRST_WAIT_MS
      this.#listener.connected()
    })
    this.#socket.on('disconnect', (reason) => {
      // Its token is over, or its session is, or the server; socket.io takes all of that for a wish to be left alone.
      if (reason === 'io server disconnect') this.#comeAgain()
    })
    this.#socket.on('connect_error', ({ message }) => {
      // Not reached: socket.io tries again by itself.
      if (this.#socket.active) return
      if (message === NO_NAMESPACE) this.#isOver = true
      // A token that was ended early: where the session is over, too, the page finds out by this.
      if (message === UNAUTHENTICATED) void this.#session.renew().catch(() => null)
      this.#comeAgain()
    })
    this.#on('upload', uploadNews, (news) => this.#listener.upload(news))
    this.#on('library', libraryNews, () => this.#listener.libraryChanged())
  }

  #on<T>(event: string, schema: v.GenericSchema<unknown, T>, handle: (value: T) => void): void {
    this.#socket.on(event, (payload: unknown) => {
      const parsed = v.safeParse(schema, payload)
      if (parsed.success) handle(parsed.output)
    })
  }
}

function toServer(auth: Parameters<Line>[0]): Socket {
  return io(`${window.location.origin}/events`, {
    auth,
    autoConnect: false,
    forceNew: true,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: FIRST_WAIT_MS,
    reconnectionDelayMax: MOST_WAIT_MS,
  })
}
