/**
 * The WebRTC connection to one peer, with its two data channels. Used by `Room`, which passes the
 * signals of this class to the peer and the peer's to this class.
 */
import { type Channels } from './channel'
import { TransferError } from './failure'
import { CONTROL_CHANNEL, DATA_CHANNEL } from './protocol'
import { type IceServer, type PeerSignal } from './signaling-messages'

/** How long making the connection may take, in milliseconds: ICE has tried everything by then. */
const CONNECT_TIMEOUT_MS = 25_000
/** How long the other side may take to close after our last message, in milliseconds. */
const LINGER_MS = 3000
/** What a browser takes where the other side's description does not say (RFC 8841 §6.1). */
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024
/** Candidates kept while their description has not come; a browser has far fewer. */
const MAX_HELD = 64

/** How the connection runs: from host to host, or through a TURN server. */
export type Path = 'direct' | 'turn'

interface LinkOptions {
  readonly iceServers: readonly IceServer[]
  /** Sends a signal to the peer. */
  send(signal: PeerSignal): void
  /** The channels are open. */
  opened(): void
  /** The connection could not be made or is gone; called once at most, and not after `close`. */
  lost(error: TransferError): void
}

/** A connection to a peer. */
export class PeerLink implements Channels {
  readonly control: RTCDataChannel
  readonly data: RTCDataChannel
  readonly #connection: RTCPeerConnection
  readonly #options: LinkOptions
  readonly #timer: ReturnType<typeof setTimeout>
  /** Candidates that came before the description they belong to. */
  #held: RTCIceCandidateInit[] = []
  /** Signals are handled one after the other. */
  #handled: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
    const connection = new RTCPeerConnection({ iceServers: [...options.iceServers] })
    this.#connection = connection
    this.control = connection.createDataChannel('control', {
      negotiated: true,
      id: CONTROL_CHANNEL,
    })
    this.data = connection.createDataChannel('data', { negotiated: true, id: DATA_CHANNEL })
    this.data.binaryType = 'arraybuffer'
    this.#timer = setTimeout(
      () => this.#lose('connection', 'no connection in time'),
      CONNECT_TIMEOUT_MS,
    )
    this.#listen()
  }

  maxMessageBytes(): number {
    return this.#connection.sctp?.maxMessageSize ?? DEFAULT_MAX_MESSAGE_BYTES
  }

  /** Offers the connection to the peer. */
  async offer(): Promise<void> {
    await this.#guard(async () => {
      await this.#connection.setLocalDescription()
      this.#sendDescription('offer')
    })
  }

  /** Takes a signal from the peer. */
  receive(signal: PeerSignal): void {
    this.#handled = this.#handled.then(() => this.#guard(() => this.#receive(signal)))
  }

  /** How the connection runs, once it does. */
  async path(): Promise<Path | undefined> {
    const stats = (await this.#connection.getStats()) as ReadonlyMap<string, RTCStats>
    for (const entry of stats.values()) {
      const pair = entry as RTCIceCandidatePairStats
      if (pair.type !== 'candidate-pair' || !pair.nominated || pair.state !== 'succeeded') continue
      const ends = [stats.get(pair.localCandidateId), stats.get(pair.remoteCandidateId)]
      const relayed = ends.some(
        (end) => end && 'candidateType' in end && end.candidateType === 'relay',
      )
      return relayed ? 'turn' : 'direct'
    }
    return undefined
  }

  /** Closes at once. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#connection.close()
  }

  /** Closes once the other side has, so that it hears what was said last; or soon, if it does not. */
  closeGently(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    const timer = setTimeout(() => this.#connection.close(), LINGER_MS)
    this.control.addEventListener('close', () => {
      clearTimeout(timer)
      this.#connection.close()
    })
  }

  #listen(): void {
    const connection = this.#connection
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) this.#options.send({ event: 'ice-candidate', candidate: candidate.toJSON() })
    })
    connection.addEventListener('connectionstatechange', () => {
      if (connection.connectionState === 'failed') this.#lose('connection', 'the connection failed')
    })
    for (const channel of [this.control, this.data]) {
      channel.addEventListener('open', () => this.#opened())
      // The other side closed it in order: a connection that merely breaks fails first.
      channel.addEventListener('close', () => this.#lose('left', 'the other side closed'))
    }
  }

  #opened(): void {
    if (this.control.readyState !== 'open' || this.data.readyState !== 'open') return
    clearTimeout(this.#timer)
    this.#options.opened()
  }

  async #receive(signal: PeerSignal): Promise<void> {
    if (signal.event === 'ice-candidate') {
      if (this.#connection.remoteDescription) await this.#addCandidate(signal.candidate)
      else if (this.#held.length < MAX_HELD) this.#held.push(signal.candidate)
      return
    }
    await this.#connection.setRemoteDescription({ type: signal.event, sdp: signal.sdp })
    for (const candidate of this.#held.splice(0)) await this.#addCandidate(candidate)
    if (signal.event === 'answer') return
    await this.#connection.setLocalDescription()
    this.#sendDescription('answer')
  }

  async #addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    // One that this browser cannot use is no harm: ICE goes on with the others.
    await this.#connection.addIceCandidate(candidate).catch(() => undefined)
  }

  #sendDescription(event: 'offer' | 'answer'): void {
    const sdp = this.#connection.localDescription?.sdp
    if (sdp !== undefined) this.#options.send({ event, sdp })
  }

  /** A description that the browser refuses ends the link. */
  async #guard(step: () => Promise<void>): Promise<void> {
    if (this.#closed) return
    try {
      await step()
    } catch (error) {
      this.#lose('connection', String(error))
    }
  }

  #lose(code: 'left' | 'connection', message: string): void {
    if (this.#closed) return
    this.close()
    this.#options.lost(new TransferError(code, message))
  }
}
