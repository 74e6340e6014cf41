/**
 * The `control` channel of one connection: says hello, checks what the other side says, carries texts, and
 * tells it why we stop. Used by `FileSender` and `FileReceiver`.
 */
import { type Channels } from './channel'
import { type ControlMessage, parseControl } from './control-messages'
import { type FailureCode, TransferError } from './failure'
import { VERSION } from './protocol'
import { type TalkLine, type TalkMessage } from './talk'

/** Messages that mean something to a sender or a receiver. */
export type TransferMessage = Exclude<ControlMessage, { type: 'hello' } | TalkMessage>

interface Listener {
  /** Both channels are open and the other side speaks our version. */
  ready(): void
  /** A checked message; may throw a `TransferError`. */
  message(message: TransferMessage): void
  /** The other side said what it may not say. */
  failed(error: TransferError): void
}

/** Speaks the control messages of docs/PROTOCOL.md. */
export class ControlChannel {
  readonly #channels: Channels
  readonly #talk: TalkLine
  readonly #listener: Listener
  #saidHello = false
  #heardHello = false

  constructor(channels: Channels, talk: TalkLine, listener: Listener) {
    this.#channels = channels
    this.#talk = talk
    this.#listener = listener
    const { control, data } = channels
    control.addEventListener('message', this.#receive)
    for (const channel of [control, data]) channel.addEventListener('open', () => this.#greet())
    this.#greet()
  }

  /** Sends a message; silently does nothing once the channel has closed, for then nobody listens. */
  readonly send = (message: ControlMessage): void => {
    if (this.#channels.control.readyState !== 'open') return
    this.#channels.control.send(JSON.stringify(message))
  }

  /** Tells the other side that we stop, and why. */
  sendFailed(code: FailureCode, message: string): void {
    this.send({ type: 'failed', code, message })
  }

  /** Stops listening: whatever still comes is of no interest. */
  close(): void {
    this.#talk.close(this.send)
    this.#channels.control.removeEventListener('message', this.#receive)
  }

  /** Stops listening, and lets the other side know by closing that its last word was heard. */
  hangUp(): void {
    this.close()
    this.#channels.control.close()
  }

  #greet(): void {
    const { control, data } = this.#channels
    if (this.#saidHello || control.readyState !== 'open' || data.readyState !== 'open') return
    this.#saidHello = true
    this.send({ type: 'hello', version: VERSION })
    if (this.#heardHello) this.#begin()
  }

  readonly #receive = (event: MessageEvent): void => {
    try {
      const message = parseControl(event.data)
      if (message.type === 'hello') this.#welcome(message.version)
      else if (!this.#heardHello)
        throw new TransferError('malformed', `${message.type} before hello`)
      else if (message.type === 'text' || message.type === 'heard') this.#talk.hear(message)
      else this.#listener.message(message)
    } catch (error) {
      if (!(error instanceof TransferError)) throw error
      this.#listener.failed(error)
    }
  }

  #welcome(version: number): void {
    if (this.#heardHello) throw new TransferError('malformed', 'hello twice')
    if (version !== VERSION) throw new TransferError('version', `version ${VERSION} is spoken here`)
    this.#heardHello = true
    // Ours may still be waiting for the data channel, and nothing may go before it.
    if (this.#saidHello) this.#begin()
  }

  #begin(): void {
    this.#talk.open(this.send)
    this.#listener.ready()
  }
}
