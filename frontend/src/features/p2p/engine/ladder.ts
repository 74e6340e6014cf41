/**
 * The ways to one peer, from the best down: a direct connection, one through TURN (both by ICE, in one
 * `PeerLink`), and the server's relay. The relay is asked for when ICE has not come through soon; and while
 * the relay is in use a better way is sought again and again, and taken when found. Used by `Member`.
 */
import { type Channels } from './channel'
import { type TransferError } from './failure'
import { type Path } from './connection'
import { type Attempt } from './doctor-attempt'
import { PeerLink } from './peer-link'
import { type RelayInvitation, RelayLink } from './relay-link'
import { type SealedPair } from '../secrecy/signal-sealer'
import { type IceServer, type PeerSignal } from './signaling-messages'

/**
 * How long ICE has before the relay is asked for as well, in milliseconds: three times what a connection
 * usually takes, and soon enough for the relay to be in use within three seconds.
 */
const RELAY_AFTER_MS = 1500
/** How long to wait before a better way than the relay is sought again, first and at most, in milliseconds. */
const BETTER_FIRST_MS = 10_000
const BETTER_MOST_MS = 120_000
/** How long the relay is kept after a better way was found, so that the other side finds it, too. */
const LINGER_MS = 3000
/** How often it is asked which path a new connection takes, until that is known, in milliseconds. */
const PATH_LOOK_MS = 250

export interface LadderOptions {
  /** Whether this side offers connections, and asks for the relay. */
  readonly connects: boolean
  readonly iceServers: () => readonly IceServer[]
  /** Between whom; undefined when the other side is unknown. */
  readonly pair: () => SealedPair | undefined
  /** Sends a signal to the peer. */
  send(signal: PeerSignal): Promise<void>
  /** Asks the service for a relay to the peer; answers our way there. */
  openRelay(): Promise<RelayInvitation>
  /** There is a connection, or a better one than before. Its channels are open. */
  connected(channels: Channels): void
  /** How it runs. */
  runs(path: Path): void
  /** There is none any more, or none could be made; `closed` when the other side ended it in order. */
  lost(closed: boolean): void
  /** Somebody between the two changed what was said. */
  tampered(error: TransferError): void
}

/** Makes and keeps a connection to one peer. */
export class Ladder {
  readonly #options: LadderOptions
  #link: PeerLink | undefined
  #relay: RelayLink | undefined
  #active: PeerLink | RelayLink | undefined
  /** The last link that the other side has offered. */
  #theirs: string | undefined
  #relayTimer: ReturnType<typeof setTimeout> | undefined
  #betterTimer: ReturnType<typeof setTimeout> | undefined
  #betterWait = BETTER_FIRST_MS
  /** Counts beginnings and ends, so that what was asked for before one is of no use after it. */
  #turn = 0
  /** It was ended gently, and its last link is as good as closed. */
  #ended = false
  /** What the last link that ended had tried. */
  #tried: Attempt | undefined

  constructor(options: LadderOptions) {
    this.#options = options
  }

  /** There is a connection. */
  get connected(): boolean {
    return this.#active !== undefined
  }

  /** What ICE tries, or tried last; undefined before anything was. */
  async attempt(): Promise<Attempt | undefined> {
    const link = this.#ended ? undefined : this.#link
    return (await link?.attempt().catch(() => undefined)) ?? this.#tried
  }

  /** Seeks a connection; only where this side `connects`. */
  climb(): void {
    this.#openLink(crypto.getRandomValues(new Uint32Array(2)).join('-'))
    this.#betterWait = BETTER_FIRST_MS
    this.#turn += 1
    clearTimeout(this.#relayTimer)
    this.#relayTimer = setTimeout(() => void this.#askForRelay(), RELAY_AFTER_MS)
  }

  /** Takes a signal from the peer. */
  receive(signal: PeerSignal): void {
    if (signal.link === this.#link?.id) this.#link.receive(signal)
    else if (signal.event === 'offer' && !this.#options.connects) {
      // What is lost here cannot be mended, though the other side may try to: it took us long to find out, too.
      if (signal.link === this.#theirs) {
        this.#disown(signal.link)
        return
      }
      this.#theirs = signal.link
      this.#openLink(signal.link)
      this.#link?.receive(signal)
    }
  }

  /** Tells whoever offered it that a link is gone here, so that it makes another. */
  #disown(link: string): void {
    // Not heard, it finds out by itself.
    this.#options.send({ event: 'answer', link, sdp: '' }).catch(() => undefined)
  }

  /** The peer has asked for a relay, and this is our way there. */
  meetAtRelay(invitation: RelayInvitation): void {
    const pair = this.#options.pair()
    if (!pair) return
    this.#dropRelay()
    const relay = new RelayLink({
      ...invitation,
      pair,
      opened: () => {
        // What came through meanwhile is better.
        if (this.#active && this.#active === this.#link) {
          this.#dropLater(relay)
          return
        }
        this.#active = relay
        this.#options.connected(relay)
        this.#options.runs('relay')
        if (!this.#link) this.#seekBetter()
      },
      lost: (error) => {
        if (error.code === 'tampered') this.#options.tampered(error)
        this.#lost(relay, false)
      },
    })
    this.#relay = relay
  }

  /** Gives up everything at once. */
  drop(): void {
    this.#stop()
    this.#link?.close()
    this.#dropRelay()
    this.#link = undefined
    this.#active = undefined
  }

  /** Ends it so that the other side hears what was said last. */
  closeGently(): void {
    this.#stop()
    // Asked before the connection is closed, which knows it no more then.
    void this.attempt().then((attempt) => (this.#tried = attempt))
    this.#ended = true
    this.#link?.closeGently()
    this.#dropRelay()
  }

  #stop(): void {
    this.#turn += 1
    clearTimeout(this.#relayTimer)
    clearTimeout(this.#betterTimer)
  }

  #dropRelay(): void {
    const relay = this.#relay
    this.#relay = undefined
    if (relay && relay === this.#active) this.#active = undefined
    relay?.close()
  }

  /** Drops a relay that a better way has made superfluous. */
  #dropLater(relay: RelayLink | undefined): void {
    if (!relay) return
    setTimeout(() => {
      if (relay === this.#relay && relay !== this.#active) this.#dropRelay()
    }, LINGER_MS)
  }

  #openLink(id: string): void {
    this.#link?.close()
    if (this.#active === this.#link) this.#active = undefined
    const link = new PeerLink({
      id,
      offers: this.#options.connects,
      iceServers: this.#options.iceServers(),
      send: (signal) => {
        this.#options.send(signal).catch(() => {
          // A lost candidate is one way fewer; without a description there is no way at all.
          if (signal.event !== 'ice-candidate') link.giveUp()
        })
      },
      opened: () => this.#opened(link),
      rerouted: () => void this.#tellPath(link),
      lost: (why) => {
        if (why === 'failed' && !this.#options.connects) this.#disown(id)
        this.#lost(link, why === 'closed')
      },
      tried: (attempt) => (this.#tried = attempt),
    })
    this.#link = link
  }

  #opened(link: PeerLink): void {
    this.#active = link
    this.#options.connected(link)
    clearTimeout(this.#relayTimer)
    clearTimeout(this.#betterTimer)
    this.#dropLater(this.#relay)
    void this.#tellPath(link)
  }

  /** Tells how a link runs, once that is known. */
  async #tellPath(link: PeerLink): Promise<void> {
    // The channels may be open a moment before the browser tells which candidates carry them.
    while (link === this.#active) {
      const line = await link.line()
      if (line && link === this.#active) this.#options.runs(line.path)
      if (line) return
      await new Promise((resolve) => setTimeout(resolve, PATH_LOOK_MS))
    }
  }

  #lost(link: PeerLink | RelayLink, closed: boolean): void {
    if (link === this.#relay) this.#relay = undefined
    if (link === this.#link) this.#link = undefined
    if (link === this.#active) {
      this.#active = undefined
      this.#stop()
      this.#options.lost(closed)
    } else if (!this.#active && !this.#link && !this.#relay) {
      this.#options.lost(closed)
    } else if (this.#active && this.#active === this.#relay) {
      this.#seekBetter()
    }
  }

  async #askForRelay(): Promise<void> {
    const turn = this.#turn
    try {
      const invitation = await this.#options.openRelay()
      // ICE may have come through meanwhile, or all have been given up.
      if (turn === this.#turn && !this.connected) this.meetAtRelay(invitation)
    } catch {
      // There may be no relay here: ICE goes on by itself.
    }
  }

  #seekBetter(): void {
    if (!this.#options.connects) return
    clearTimeout(this.#betterTimer)
    this.#betterTimer = setTimeout(() => {
      if (this.#active !== this.#relay || this.#link) return
      this.#openLink(crypto.getRandomValues(new Uint32Array(2)).join('-'))
    }, this.#betterWait)
    this.#betterWait = Math.min(this.#betterWait * 2, BETTER_MOST_MS)
  }
}
