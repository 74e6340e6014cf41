/**
 * The sending end of a transfer with one receiver: offers files, and once they are accepted sends
 * them, never past the credit it was given. `Room` makes one for every receiver.
 */
import { readBlocks } from './block-reader'
import { type Channels } from './channel'
import { ControlChannel, type TransferMessage } from './control-channel'
import { type OfferedFile } from './control-messages'
import { FileDigest } from './digest'
import { TransferError, travels } from './failure'
import { FrameWriter } from './frame-writer'
import { Gate } from './gate'
import { offerPages } from './offer-pages'
import { WINDOW_BYTES } from './protocol'
import { layOut, TransferState } from './transfer-state'

/** A file that can be offered. */
export interface Offerable extends OfferedFile {
  readonly content: Blob
}

type Of<Type extends TransferMessage['type']> = Extract<TransferMessage, { type: Type }>

/** Sends files over one connection. */
export class FileSender {
  readonly state = new TransferState()
  readonly #channels: Channels
  readonly #control: ControlChannel
  readonly #abort = new AbortController()
  readonly #credited = new Gate()
  #ready = false
  #files: Offerable[] = []
  /** How many of `#files` the other side has been told of. */
  #offered = 0
  #accepted: number[] = []
  /** Content bytes we have sent, may have sent, and know to be written. */
  #sent = 0
  #limit = 0
  #written = 0
  /** Digests of the files whose `end` has been sent, in order. */
  #digests: string[] = []
  #verified = 0

  constructor(channels: Channels) {
    this.#channels = channels
    this.#abort.signal.addEventListener('abort', () => this.#credited.open())
    this.#control = new ControlChannel(channels, {
      ready: () => {
        this.#ready = true
        this.state.advance('connected')
        this.#offer()
      },
      message: (message) => this.#receive(message),
      failed: (error) => this.fail(error),
    })
  }

  /** Offers these files after those offered before; ignored once the other side has answered. */
  add(files: readonly Offerable[]): void {
    if (!['connecting', 'connected', 'offered'].includes(this.state.stage)) return
    this.#files.push(...files)
    this.state.setFiles(layOut(this.#files.map((file, number) => ({ ...file, number }))))
    this.#offer()
  }

  /** Stops at a person's wish. */
  cancel(): void {
    if (this.state.ended) return
    this.#control.send({ type: 'cancel' })
    this.#end()
    this.state.advance('cancelled')
  }

  /** Stops for a failure found on this side, and tells the other side if it can be told. */
  fail(error: TransferError): void {
    if (this.state.ended) return
    if (travels(error.code)) this.#control.sendFailed(error.code, error.message)
    this.#end()
    this.state.fail({ code: error.code, foundBy: 'us' })
  }

  #end(): void {
    this.#control.close()
    this.#abort.abort()
  }

  #offer(): void {
    if (!this.#ready || this.#offered === this.#files.length) return
    for (const files of offerPages(this.#files.slice(this.#offered))) {
      this.#control.send({ type: 'offer', files })
    }
    this.#offered = this.#files.length
    if (this.state.stage === 'connected') this.state.advance('offered')
  }

  #receive(message: TransferMessage): void {
    switch (message.type) {
      case 'accept':
        this.#onAccept(message)
        break
      case 'credit':
        this.#onCredit(message)
        break
      case 'verified':
        this.#onVerified(message)
        break
      case 'decline':
        if (this.state.stage !== 'offered') throw outOfPlace(message)
        this.#end()
        this.state.advance('declined')
        break
      case 'cancel':
        this.#end()
        this.state.advance('cancelled')
        break
      case 'failed':
        this.#end()
        this.state.fail({ code: message.code, foundBy: 'them' })
        break
      default:
        throw outOfPlace(message)
    }
  }

  #onAccept(message: Of<'accept'>): void {
    if (this.state.stage !== 'offered') throw outOfPlace(message)
    if ((message.files.at(-1) ?? 0) >= this.#offered) throw outOfPlace(message)
    this.#accepted = message.files
    this.state.setFiles(layOut(this.#accepted.map((number) => ({ ...this.#file(number), number }))))
    this.state.advance('moving')
    void this.#send()
  }

  #onCredit(message: Of<'credit'>): void {
    const { written, limit } = message
    const inOrder = written >= this.#written && limit >= this.#limit && limit >= written
    const inBounds = written <= this.#sent && limit - written <= WINDOW_BYTES
    if (this.state.stage !== 'moving' || !inOrder || !inBounds) throw outOfPlace(message)
    this.#written = written
    this.#limit = limit
    this.state.setWritten(written)
    this.#credited.open()
    if (written === this.state.getSnapshot().total) this.state.advance('checking')
  }

  #onVerified(message: Of<'verified'>): void {
    const file = this.state.getSnapshot().files[this.#verified]
    const digest = this.#digests[this.#verified]
    // Earned only by a file whose end was sent and whose every byte was reported written.
    const earned = file && digest !== undefined && this.#written >= file.start + file.size
    if (!earned || message.file !== file.number) throw outOfPlace(message)
    if (message.digest !== digest) throw new TransferError('corrupt', 'a file differs from ours')
    this.#verified += 1
    this.state.addVerified()
    if (this.#verified < this.#accepted.length) return
    this.#end()
    this.state.advance('verified')
  }

  async #send(): Promise<void> {
    try {
      const writer = new FrameWriter(this.#channels, this.#abort.signal)
      for (const number of this.#accepted) await this.#sendFile(number, writer)
    } catch (error) {
      if (this.#abort.signal.aborted) return
      // Besides reading, only the channel can throw: it closed, and its own event says so too.
      this.fail(
        error instanceof TransferError ? error : new TransferError('connection', String(error)),
      )
    }
  }

  async #sendFile(number: number, writer: FrameWriter): Promise<void> {
    const digest = new FileDigest()
    let index = 0
    for await (const block of readBlocks(this.#file(number).content)) {
      await this.#credit(block.bytes.length)
      await writer.write(number, index, block)
      digest.add(block.digest)
      index += 1
    }
    this.#abort.signal.throwIfAborted()
    const hex = digest.finish()
    this.#digests.push(hex)
    this.#control.send({ type: 'end', file: number, digest: hex })
  }

  /** Waits until `bytes` more may be sent, and counts them as sent. */
  async #credit(bytes: number): Promise<void> {
    while (this.#sent + bytes > this.#limit) {
      await this.#credited.wait()
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

function outOfPlace(message: TransferMessage): TransferError {
  return new TransferError('malformed', `${message.type} not at this point`)
}
