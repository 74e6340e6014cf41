/**
 * One WebRTC connection to one peer, without its channels: describes itself, takes the peer's descriptions and
 * candidates, and mends itself by ICE restarts (RFC 8839 §4.4) while it can. Used by `PeerLink` and `Lane`.
 */
import { type Attempt, readAttempt } from './doctor-attempt'
import { type ConnectionSignal, type IceServer } from './signaling-messages'

/** How long making the connection, or mending it, may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 15_000
/** How long a connection that went quiet may come back by itself before it is mended, in milliseconds. */
const QUIET_MS = 2000
/**
 * How long the other side may take to close after our last message, in milliseconds: all that was on its way before
 * has to be taken first, and what is not heard looks like a line that broke.
 */
const LINGER_MS = 15_000
/** What a browser takes where the other side's description does not say (RFC 8841 §6.1). */
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024
/** Candidates kept while their description has not come; a browser has far fewer. */
const MAX_HELD = 64

/** How a connection runs: from host to host, through a TURN server, or through the relay. */
export type Path = 'direct' | 'turn' | 'relay'

export interface ConnectionOptions {
  /** Whether this side offers. */
  readonly offers: boolean
  readonly iceServers: readonly IceServer[]
  /** Sends a signal to the peer. */
  send(signal: ConnectionSignal): void
  /**
   * The connection could not be made or mended, or the other side closed it (`closed`); called once at most,
   * and not after `close`.
   */
  lost(why: 'failed' | 'closed'): void
  /** It may run by another way from now on, for the browser has chosen anew. */
  rerouted?(): void
  /** It failed, and this is what had been tried; told after `lost`. */
  tried?(attempt: Attempt): void
}

/** What is known of a connection that stands. */
export interface Line {
  readonly path: Path
  /** Round-trip time, in milliseconds; undefined while it has not been measured. */
  readonly roundTripMs: number | undefined
}

/** A connection to a peer. */
export class Connection {
  readonly #connection: RTCPeerConnection
  readonly #options: ConnectionOptions
  /** Ends it when it does not connect in time. */
  #deadline: ReturnType<typeof setTimeout> | undefined
  /** Mends it when it stays quiet. */
  #quiet: ReturnType<typeof setTimeout> | undefined
  /** Candidates that came before the description they belong to. */
  #held: RTCIceCandidateInit[] = []
  /** Signals are handled one after the other. */
  #handled: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#connection = new RTCPeerConnection({ iceServers: [...options.iceServers] })
    this.#connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) options.send({ event: 'ice-candidate', candidates: [candidate.toJSON()] })
    })
    this.#connection.addEventListener('connectionstatechange', () => this.#onState())
    this.#giveTime()
  }

  /** Makes a channel, negotiated by its id; all of them before `start`. */
  channel(label: string, id: number): RTCDataChannel {
    const channel = this.#connection.createDataChannel(label, { negotiated: true, id })
    channel.binaryType = 'arraybuffer'
    // The other side closed it in order: a connection that merely breaks fails first.
    channel.addEventListener('close', () => this.#lose('closed'))
    return channel
  }

  /** Offers the connection, if this side is the one to. */
  start(): void {
    if (this.#options.offers) void this.#guard(() => this.#describe('offer'))
  }

  /** Most bytes of a message that the other side takes; known once it has described itself. */
  maxMessageBytes(): number {
    return this.#connection.sctp?.maxMessageSize ?? DEFAULT_MAX_MESSAGE_BYTES
  }

  /** Takes a signal from the peer. */
  receive(signal: ConnectionSignal): void {
    this.#handled = this.#handled.then(() => this.#guard(() => this.#receive(signal)))
  }

  /** How the connection runs, once it does. */
  async line(): Promise<Line | undefined> {
    const stats = (await this.#connection.getStats()) as ReadonlyMap<string, RTCStats>
    const inUse = pairInUse(stats)
    for (const entry of stats.values()) {
      const pair = entry as RTCIceCandidatePairStats
      if (pair.type !== 'candidate-pair' || !pair.nominated || pair.state !== 'succeeded') continue
      if (inUse !== undefined && pair.id !== inUse) continue
      const ends = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)]
      const relayed = ends.some(
        (end) => end && 'candidateType' in end && end.candidateType === 'relay',
      )
      const seconds = pair.currentRoundTripTime
      return {
        path: relayed ? 'turn' : 'direct',
        roundTripMs: seconds === undefined ? undefined : seconds * 1000,
      }
    }
    return undefined
  }

  /** What has been tried to connect the two. */
  async attempt(): Promise<Attempt> {
    return readAttempt(await this.#connection.getStats())
  }

  /** Ends it as one that could not be made. */
  giveUp(): void {
    this.#lose('failed')
  }

  /** Closes at once. */
  close(): void {
    this.#stop()
    this.#connection.close()
  }

  /**
   * Closes once the other side has closed `channel`, so that it hears what was said last; or soon. Then calls
   * `closed`.
   */
  closeAfter(channel: RTCDataChannel, closed: () => void): void {
    if (this.#closed) return
    this.#stop()
    const close = () => {
      clearTimeout(timer)
      this.#connection.close()
      closed()
    }
    const timer = setTimeout(close, LINGER_MS)
    channel.addEventListener('close', close)
  }

  #stop(): void {
    this.#closed = true
    clearTimeout(this.#deadline)
    clearTimeout(this.#quiet)
  }

  #onState(): void {
    clearTimeout(this.#quiet)
    switch (this.#connection.connectionState) {
      case 'connected':
        clearTimeout(this.#deadline)
        this.#watchRoute()
        break
      case 'disconnected':
        this.#quiet = setTimeout(() => this.#mend(), QUIET_MS)
        break
      case 'failed':
        this.#mend()
        break
    }
  }

  /** Tells when the browser may have chosen another way: when it is connected anew, and as it says itself. */
  #watchRoute(): void {
    this.#rerouted()
    const ice = this.#connection.sctp?.transport.iceTransport
    ice?.addEventListener('selectedcandidatepairchange', this.#rerouted)
  }

  readonly #rerouted = (): void => this.#options.rerouted?.()

  /** Looks for another way between the two; the side that offered does, for both at once would collide. */
  #mend(): void {
    if (this.#closed) return
    this.#giveTime()
    if (!this.#options.offers) return
    this.#connection.restartIce()
    void this.#guard(() => this.#describe('offer'))
  }

  #giveTime(): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => this.#lose('failed'), CONNECT_TIMEOUT_MS)
  }

  async #receive(signal: ConnectionSignal): Promise<void> {
    if (signal.event === 'ice-candidate') {
      if (this.#connection.remoteDescription) await this.#addCandidates(signal.candidates)
      else if (this.#held.length < MAX_HELD) this.#held.push(...signal.candidates)
      return
    }
    // The other side has lost this one for good, and says so.
    if (signal.sdp === '') {
      this.giveUp()
      return
    }
    await this.#connection.setRemoteDescription({ type: signal.event, sdp: signal.sdp })
    await this.#addCandidates(this.#held.splice(0))
    if (signal.event === 'offer') await this.#describe('answer')
  }

  async #addCandidates(candidates: readonly RTCIceCandidateInit[]): Promise<void> {
    for (const candidate of candidates) {
      // One that this browser cannot use is no harm: ICE goes on with the others.
      await this.#connection.addIceCandidate(candidate).catch(() => undefined)
    }
  }

  async #describe(event: 'offer' | 'answer'): Promise<void> {
    await this.#connection.setLocalDescription()
    const sdp = this.#connection.localDescription?.sdp
    if (sdp !== undefined) this.#options.send({ event, sdp })
  }

  /** A description that the browser refuses ends the connection. */
  async #guard(step: () => Promise<void>): Promise<void> {
    if (this.#closed) return
    try {
      await step()
    } catch {
      this.#lose('failed')
    }
  }

  #lose(why: 'failed' | 'closed'): void {
    if (this.#closed) return
    this.#stop()
    if (why === 'failed') void this.#closeKnown()
    else this.#connection.close()
    this.#options.lost(why)
  }

  /** Closes once it has been told what had been tried: a closed connection knows that no more. */
  async #closeKnown(): Promise<void> {
    try {
      this.#options.tried?.(await this.attempt())
    } finally {
      this.#connection.close()
    }
  }
}

/** Which of several pairs that were found good carries the connection, where the browser tells. */
function pairInUse(stats: ReadonlyMap<string, RTCStats>): string | undefined {
  for (const entry of stats.values()) {
    const { type, selectedCandidatePairId } = entry as RTCTransportStats
    if (type === 'transport' && selectedCandidatePairId) return selectedCandidatePairId
  }
  return undefined
}
