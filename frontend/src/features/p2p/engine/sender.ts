/**
 * The sending end of a transfer with one receiver, from the first offer to the last proof, over as many
 * connections as it takes. `Outbox` makes one for every receiver.
 */
import { type Channels } from './channel'
import { type Ending } from './conversation'
import { TransferError, travels } from './failure'
import { type Offerable, SendingConversation } from './sending-conversation'
import { type TalkLine } from './talk'
import { layOut, TransferState } from './transfer-state'

/** Sends files to one receiver. */
export class FileSender {
  readonly state = new TransferState()
  readonly #talk: TalkLine
  #files: readonly Offerable[] = []
  #conversation: SendingConversation | undefined

  /** `talk` is what carries texts to the same member. */
  constructor(talk: TalkLine) {
    this.#talk = talk
  }

  /** Goes on over this connection, in place of the one before. */
  connect(channels: Channels): void {
    if (this.state.ended) return
    this.#conversation?.close()
    this.#conversation = new SendingConversation(channels, this.#talk, this.#files, {
      ready: () => this.#onReady(),
      accepted: (files, written) => this.#onAccepted(files, written),
      written: (bytes) => this.#onWritten(bytes),
      verified: (files) => this.#onVerified(files),
      paused: (paused) => this.state.setPaused({ there: paused }),
      ended: (ending) => this.#onEnded(ending),
      failed: (error) => this.fail(error),
    })
    if (this.state.getSnapshot().paused.here) this.#conversation.pause(true)
  }

  /** The connection is gone; another may take its place. */
  interrupt(): void {
    if (this.state.ended) return
    this.#conversation?.close()
    this.#conversation = undefined
    this.state.setInterrupted(true)
  }

  /** Offers these files after those offered before; ignored once the other side has answered. */
  add(files: readonly Offerable[]): void {
    if (this.state.ended || this.state.getSnapshot().accepted) return
    this.#files = [...this.#files, ...files]
    this.state.setFiles(layOut(this.#files.map((file, number) => ({ ...file, number }))))
    this.#conversation?.offer(this.#files)
    this.#noteOffer()
  }

  /** Pauses or goes on. */
  pause(paused: boolean): void {
    this.state.setPaused({ here: paused })
    this.#conversation?.pause(paused)
  }

  /** Stops at a person's wish. */
  cancel(): void {
    if (this.state.ended) return
    this.#conversation?.cancel()
    this.state.advance('cancelled')
  }

  /** Stops for a failure found on this side, and tells the other side if it can be told. */
  fail(error: TransferError): void {
    if (this.state.ended) return
    if (travels(error.code)) this.#conversation?.fail(error.code, error.message)
    this.#conversation?.close()
    this.state.fail({ code: error.code, foundBy: 'us' })
  }

  #onReady(): void {
    if (this.state.stage === 'connecting') this.state.advance('connected')
    if (!this.state.getSnapshot().accepted) this.state.setInterrupted(false)
    this.#noteOffer()
  }

  #noteOffer(): void {
    if (this.state.stage === 'connected' && this.#files.length > 0) this.state.advance('offered')
  }

  #onAccepted(numbers: readonly number[], written: number): void {
    const files = this.#files.map((file, number) => ({ ...file, number }))
    this.state.setFiles(layOut(files.filter(({ number }) => numbers.includes(number))))
    this.state.tally.begin(written)
    this.state.setWritten(written)
    this.state.advance('moving')
  }

  #onWritten(bytes: number): void {
    this.state.setWritten(bytes)
    if (bytes === this.state.getSnapshot().total) this.state.advance('checking')
  }

  #onVerified(files: number): void {
    this.state.setVerified(files)
    if (files < this.state.getSnapshot().files.length) return
    this.#conversation?.hangUp()
    this.state.advance('verified')
  }

  #onEnded(ending: Ending): void {
    this.#conversation?.hangUp()
    if (ending.stage === 'failed') this.state.fail({ code: ending.code, foundBy: 'them' })
    else this.state.advance(ending.stage)
  }
}
