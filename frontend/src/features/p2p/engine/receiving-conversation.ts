/**
 * One connection's worth of receiving: hears the offer, says what is here already, and takes frames as
 * far as it gave credit. When the connection is lost another conversation goes on from what is written.
 * Made by `FileReceiver`.
 */
import { BlockAssembler } from './block-assembler'
import { type ReceivedBlock } from './block-store'
import { type Channel, type Channels } from './channel'
import { ControlChannel, type TransferMessage } from './control-channel'
import { type OfferedFile } from './control-messages'
import { type Ending, type Of, outOfPlace } from './conversation'
import { asTransferError, type FailureCode, TransferError } from './failure'
import { decodeFrame, FRAME_SEAL } from './frames'
import { Lanes } from './lanes'
import { havePages } from './offer-pages'
import { DIGEST_BYTES, MAX_FILES, WINDOW_BYTES } from './protocol'
import { type ReceivedContent } from './received-content'
import { type TalkLine } from './talk'

/** Bytes written after which the sender hears of it: often enough for a bar, not for every block. */
const CREDIT_EVERY_BYTES = 1024 * 1024

/** What `FileReceiver` learns from a conversation. */
export interface ReceivingListener {
  /** The other side is there and speaks our version. */
  ready(): void
  /** All that has been offered by now. */
  offered(files: readonly OfferedFile[]): void
  /** A block came whole; its digest has not been checked. */
  block(block: ReceivedBlock): void
  /** All of a file has been sent. */
  end(file: number, digest: string): void
  /** The other side pauses or goes on. */
  paused(paused: boolean): void
  /** The other side stopped it. */
  ended(ending: Ending): void
  /** Something is wrong that ends the transfer. */
  failed(error: TransferError): void
}

/** Receives over one connection. */
export class ReceivingConversation {
  readonly #control: ControlChannel
  readonly #listener: ReceivingListener
  readonly #abort = new AbortController()
  readonly #lanes: Lanes
  /** The connection's own channel and those of the lanes; none has an assembler until something is accepted. */
  readonly #assemblers = new Map<Channel, BlockAssembler | undefined>()
  #offered: OfferedFile[] = []
  #paused = false
  #content: ReceivedContent | undefined
  /** Content bytes that are here or came, that were allowed, and that the sender knows to be written. */
  #received = 0
  #limit = 0
  #reported = 0

  constructor(channels: Channels, talk: TalkLine, listener: ReceivingListener) {
    this.#listener = listener
    this.#addChannel(channels.data)
    this.#lanes = new Lanes({
      channels,
      offers: false,
      say: (lane, signal) => this.#control.send({ type: 'lane', lane, signal }),
      opened: (channel) => this.#addChannel(channel),
      lost: () => channels.giveUp(),
    })
    this.#control = new ControlChannel(channels, talk, {
      ready: () => {
        if (this.#paused) this.#control.send({ type: 'pause' })
        listener.ready()
      },
      message: (message) => this.#receive(message),
      failed: (error) => listener.failed(error),
    })
  }

  /** Asks for these files, of which `content` is here already. */
  accept(files: readonly number[], content: ReceivedContent): void {
    this.#content = content
    for (const file of files) {
      for (const ranges of havePages(content.ranges(file))) {
        this.#control.send({ type: 'have', file, ranges })
      }
    }
    this.#control.send({ type: 'accept', files: [...files] })
    this.#received = content.written
    for (const channel of this.#assemblers.keys()) {
      this.#assemblers.set(channel, new BlockAssembler(content))
    }
    this.credit(true)
  }

  decline(): void {
    this.#control.send({ type: 'decline' })
    this.close()
  }

  /** Tells the sender how much is written, and lets it send as much more; `now` even if it is little. */
  credit(now: boolean): void {
    // Something of the conversation before may still be written when this one has only begun.
    if (!this.#content) return
    const { written } = this.#content
    if (!now && written - this.#reported < CREDIT_EVERY_BYTES) return
    this.#reported = written
    this.#limit = written + WINDOW_BYTES
    this.#control.send({ type: 'credit', written, limit: this.#limit })
  }

  verified(file: number, digest: string): void {
    this.#control.send({ type: 'verified', file, digest })
  }

  /** Pauses or goes on, and says so. */
  pause(paused: boolean): void {
    this.#paused = paused
    this.#control.send({ type: paused ? 'pause' : 'resume' })
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

  /** Stops listening; what has not come whole is wanted again. */
  close(): void {
    this.#control.close()
    this.#lanes.close()
    this.#abort.abort()
    for (const assembler of this.#assemblers.values()) assembler?.abandon()
    this.#assemblers.clear()
  }

  /** Takes frames from one more channel. */
  #addChannel(channel: Channel): void {
    this.#assemblers.set(channel, this.#content && new BlockAssembler(this.#content))
    channel.addEventListener(
      'message',
      ({ data }) => this.#onFrame(this.#assemblers.get(channel), data),
      { signal: this.#abort.signal },
    )
  }

  #receive(message: TransferMessage): void {
    switch (message.type) {
      case 'offer':
        this.#onOffer(message)
        break
      case 'end':
        if (!this.#content) throw outOfPlace(message)
        this.#listener.end(message.file, message.digest)
        break
      case 'lane':
        this.#lanes.receive(message.lane, message.signal)
        break
      case 'pause':
      case 'resume':
        this.#listener.paused(message.type === 'pause')
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

  #onOffer(message: Of<'offer'>): void {
    // One that crossed our answer on the way: it came too late, and that is nobody's fault.
    if (this.#content) return
    this.#offered = [...this.#offered, ...message.files]
    if (this.#offered.length > MAX_FILES) throw new TransferError('malformed', 'too many files')
    const total = this.#offered.reduce((sum, file) => sum + file.size, 0)
    if (!Number.isSafeInteger(total)) {
      throw new TransferError('malformed', 'more bytes than can be counted')
    }
    this.#listener.offered(this.#offered)
  }

  #onFrame(assembler: BlockAssembler | undefined, data: unknown): void {
    try {
      if (!assembler) throw new TransferError('malformed', 'a frame before anything was accepted')
      if (!(data instanceof ArrayBuffer)) throw new TransferError('malformed', 'no frame')
      const frame = decodeFrame(data)
      this.#received += frame.payload.length - (frame.kind === FRAME_SEAL ? DIGEST_BYTES : 0)
      if (this.#received > this.#limit) {
        throw new TransferError('malformed', 'content beyond credit')
      }
      const block = assembler.take(frame)
      if (block) this.#listener.block(block)
    } catch (error) {
      this.#listener.failed(asTransferError(error))
    }
  }
}
