/**
 * One connection's worth of sending: offers, learns what the other side has, sends the rest, never past
 * the credit it was given. When the connection is lost another conversation goes on from what this one
 * brought over. Made by `FileSender`.
 */
import { blockLength, BlockMap } from './block-map'
import { BlockQueue } from './block-queue'
import { type Channel, type Channels } from './channel'
import { ControlChannel, type TransferMessage } from './control-channel'
import { type OfferedFile } from './control-messages'
import { type Ending, type Of, outOfPlace } from './conversation'
import { type FailureCode, TransferError } from './failure'
import { type FileSource } from './file-source'
import { Gate } from './gate'
import { connectionsFor, LONG_LINE_MS } from './lane-count'
import { LaneWriter } from './lane-writer'
import { Lanes } from './lanes'
import { offerPages } from './offer-pages'
import { WINDOW_BYTES } from './protocol'
import { type TalkLine } from './talk'

/** How often the number of connections is looked at, in milliseconds. */
const TUNE_EVERY_MS = 1000
/** And how often while nothing is known of the line. */
const LEARN_EVERY_MS = 50

/** A file that can be offered. */
export interface Offerable extends OfferedFile {
  readonly source: FileSource
}

/** What `FileSender` learns from a conversation. */
export interface SendingListener {
  /** The other side is there, speaks our version, and has been told of the offer. */
  ready(): void
  /** It wants these files, by number, and has so many bytes of their content. */
  accepted(files: readonly number[], written: number): void
  /** So many content bytes are written over there. */
  written(bytes: number): void
  /** So many files, from the first, are verified. */
  verified(files: number): void
  /** The other side pauses or goes on. */
  paused(paused: boolean): void
  /** The other side stopped it. */
  ended(ending: Ending): void
  /** Something is wrong that ends the transfer. */
  failed(error: TransferError): void
}

/** Sends over one connection. */
export class SendingConversation {
  readonly #channels: Channels
  readonly #control: ControlChannel
  readonly #listener: SendingListener
  readonly #abort = new AbortController()
  /** Opens when there is more credit, and when a pause is over. */
  readonly #go = new Gate()
  readonly #lanes: Lanes
  readonly #writers: LaneWriter[] = []
  #tuning: ReturnType<typeof setTimeout> | undefined
  #ready = false
  #files: readonly Offerable[] = []
  /** How many of `#files` the other side has been told of. */
  #offered = 0
  #paused = { here: false, there: false }
  /** What the other side says it has, by file. */
  readonly #has = new Map<number, BlockMap>()
  #accepted: readonly number[] | undefined
  #queue: BlockQueue | undefined
  /** Content bytes over there or on their way, allowed, and known to be written. */
  #sent = 0
  #limit = 0
  #written = 0
  /** Digests of the files whose `end` has been sent, in order. */
  readonly #digests: string[] = []
  #verified = 0
  /** What was written when the lanes were looked at last. */
  #tuned = 0
  /** The shortest there was: a busy computer answers late, and that does not make the line long. */
  #roundTripMs = Infinity

  constructor(
    channels: Channels,
    talk: TalkLine,
    files: readonly Offerable[],
    listener: SendingListener,
  ) {
    this.#channels = channels
    this.#files = files
    this.#listener = listener
    this.#abort.signal.addEventListener('abort', () => this.#go.open())
    this.#lanes = new Lanes({
      channels,
      offers: true,
      say: (lane, signal) => this.#control.send({ type: 'lane', lane, signal }),
      opened: (channel, maxMessageBytes) => this.#addWriter(channel, maxMessageBytes),
      lost: () => channels.giveUp(),
    })
    this.#control = new ControlChannel(channels, talk, {
      ready: () => this.#begin(),
      message: (message) => this.#receive(message),
      failed: (error) => listener.failed(error),
    })
  }

  /** Offers these files: all there are, those offered before included. Too late once some are accepted. */
  offer(files: readonly Offerable[]): void {
    if (this.#accepted) return
    this.#files = files
    this.#offer()
  }

  /** Pauses or goes on, and says so. */
  pause(paused: boolean): void {
    this.#paused.here = paused
    this.#control.send({ type: paused ? 'pause' : 'resume' })
    this.#go.open()
  }

  /** Says that we stop at a person's wish, and stops. */
  cancel(): void {
    this.#control.send({ type: 'cancel' })
    this.close()
  }

  /** Says that we stop for a failure, and stops. */
  fail(code: FailureCode, message: string): void {
    this.#control.sendFailed(code, message)
    this.close()
  }

  /** Ends what the other side has ended, and lets it know that we heard. */
  hangUp(): void {
    this.close()
    this.#control.hangUp()
  }

  /** Stops sending and listening. */
  close(): void {
    this.#control.close()
    this.#lanes.close()
    clearTimeout(this.#tuning)
    this.#abort.abort()
  }

  #addWriter(channel: Channel, maxMessageBytes: number): void {
    const writer = new LaneWriter(channel, maxMessageBytes, this.#abort.signal)
    this.#writers.push(writer)
    writer.spread(this.#longRoundTripMs)
    if (this.#queue) void this.#send(this.#queue, writer)
  }

  #begin(): void {
    this.#ready = true
    this.#addWriter(this.#channels.data, this.#channels.maxMessageBytes())
    if (this.#paused.here) this.#control.send({ type: 'pause' })
    this.#offer()
    // At once, so that the lanes are there when the person over there has decided.
    void this.#tune()
    this.#listener.ready()
  }

  #offer(): void {
    if (!this.#ready || this.#offered === this.#files.length) return
    for (const files of offerPages(this.#files.slice(this.#offered))) {
      this.#control.send({ type: 'offer', files })
    }
    this.#offered = this.#files.length
  }

  #receive(message: TransferMessage): void {
    switch (message.type) {
      case 'have':
        this.#onHave(message)
        break
      case 'accept':
        this.#onAccept(message)
        break
      case 'credit':
        this.#onCredit(message)
        break
      case 'verified':
        this.#onVerified(message)
        break
      case 'lane':
        this.#lanes.receive(message.lane, message.signal)
        break
      case 'pause':
      case 'resume':
        this.#onPause(message.type === 'pause')
        break
      case 'decline':
        if (this.#accepted || this.#offered === 0) throw outOfPlace(message)
        this.#listener.ended({ stage: 'declined' })
        break
      case 'cancel':
        this.#listener.ended({ stage: 'cancelled' })
        break
      case 'failed':
        this.#listener.ended({ stage: 'failed', code: message.code })
        break
      default:
        throw outOfPlace(message)
    }
  }

  #onPause(paused: boolean): void {
    this.#paused.there = paused
    this.#listener.paused(paused)
    this.#go.open()
  }

  #onHave(message: Of<'have'>): void {
    const file = this.#files[message.file]
    if (this.#accepted || !file || message.file >= this.#offered) throw outOfPlace(message)
    const map = this.#has.get(message.file) ?? new BlockMap(file.source.blocks)
    this.#has.set(message.file, map)
    for (const range of message.ranges) {
      if (range[0] + range[1] > map.blocks) throw outOfPlace(message)
      map.addRange(range)
    }
  }

  #onAccept(message: Of<'accept'>): void {
    const last = message.files.at(-1) ?? 0
    if (this.#accepted || last >= this.#offered) throw outOfPlace(message)
    if ([...this.#has.keys()].some((file) => !message.files.includes(file)))
      throw outOfPlace(message)
    this.#accepted = message.files
    const files = message.files.map((number) => {
      const { source, size } = this.#file(number)
      const has = this.#has.get(number) ?? new BlockMap(source.blocks)
      this.#sent += bytesOf(has, size)
      return { number, source, has }
    })
    this.#written = this.#sent
    this.#tuned = this.#sent
    this.#listener.accepted(message.files, this.#written)
    this.#queue = new BlockQueue(files, (file, digest) => {
      this.#digests.push(digest)
      this.#control.send({ type: 'end', file, digest })
    })
    for (const writer of this.#writers) void this.#send(this.#queue, writer)
  }

  #onCredit(message: Of<'credit'>): void {
    const { written, limit } = message
    const inOrder = written >= this.#written && limit >= this.#limit && limit >= written
    const inBounds = written <= this.#sent && limit - written <= WINDOW_BYTES
    if (!this.#accepted || !inOrder || !inBounds) throw outOfPlace(message)
    this.#written = written
    this.#limit = limit
    this.#listener.written(written)
    this.#go.open()
  }

  #onVerified(message: Of<'verified'>): void {
    const place = this.#verified
    const digest = this.#digests[place]
    // Earned only by a file whose end was sent and whose every byte was reported written.
    const due = this.#accepted
      ?.slice(0, place + 1)
      .reduce((sum, at) => sum + this.#file(at).size, 0)
    const earned = digest !== undefined && due !== undefined && this.#written >= due
    if (!earned || message.file !== this.#accepted?.[place]) throw outOfPlace(message)
    if (message.digest !== digest) throw new TransferError('corrupt', 'a file differs from ours')
    this.#verified += 1
    this.#listener.verified(this.#verified)
  }

  /** Learns what the line is like, again and again, and makes more connections where it is worth more. */
  async #tune(): Promise<void> {
    const line = await this.#channels.line?.()
    if (this.#abort.signal.aborted) return
    if (line?.roundTripMs !== undefined) this.#fit(line.roundTripMs)
    const learning = this.#channels.line && this.#roundTripMs === Infinity
    this.#tuning = setTimeout(() => void this.#tune(), learning ? LEARN_EVERY_MS : TUNE_EVERY_MS)
  }

  #fit(roundTripMs: number): void {
    const rate = ((this.#written - this.#tuned) / TUNE_EVERY_MS) * 1000
    this.#tuned = this.#written
    this.#roundTripMs = Math.min(this.#roundTripMs, roundTripMs)
    for (const writer of this.#writers) writer.spread(this.#longRoundTripMs)
    const { connections } = this.#lanes
    const bytes = this.#bytesLeft()
    this.#lanes.grow(connectionsFor({ roundTripMs: this.#roundTripMs, rate, connections, bytes }))
  }

  /** Content bytes that are still to be sent, if all that is offered is wanted. */
  #bytesLeft(): number {
    const numbers = this.#accepted ?? this.#files.keys()
    let bytes = 0
    for (const number of numbers) bytes += this.#file(number).size
    return bytes - this.#sent
  }

  /** Undefined while the line is not known to be long. */
  get #longRoundTripMs(): number | undefined {
    const isLong = Number.isFinite(this.#roundTripMs) && this.#roundTripMs >= LONG_LINE_MS
    return isLong ? this.#roundTripMs : undefined
  }

  async #send(queue: BlockQueue, lane: LaneWriter): Promise<void> {
    try {
      for (;;) {
        // A slow connection takes a block only when it can send it: a faster one may do so before.
        await lane.room()
        await this.#unpaused()
        const block = await queue.next()
        if (!block) return
        await this.#credit(block.bytes.length)
        await lane.write(block)
      }
    } catch (error) {
      if (this.#abort.signal.aborted) return
      // Besides reading, only a channel can throw: it closed, and its own event says so, too.
      if (error instanceof TransferError) this.#listener.failed(error)
    }
  }

  async #unpaused(): Promise<void> {
    while (this.#paused.here || this.#paused.there) {
      await this.#go.wait()
      this.#abort.signal.throwIfAborted()
    }
    this.#abort.signal.throwIfAborted()
  }

  /** Waits until `bytes` more may be sent, and counts them as sent. */
  async #credit(bytes: number): Promise<void> {
    while (this.#sent + bytes > this.#limit) {
      await this.#go.wait()
      this.#abort.signal.throwIfAborted()
    }
    this.#sent += bytes
  }

  #file(number: number): Offerable {
    const file = this.#files[number]
    if (!file) throw new RangeError(`no file ${number}`)
    return file
  }
}

function bytesOf(map: BlockMap, size: number): number {
  return map
    .ranges()
    .reduce(
      (sum, [first, count]) =>
        sum + (count - 1) * blockLength(size, first) + blockLength(size, first + count - 1),
      0,
    )
}
