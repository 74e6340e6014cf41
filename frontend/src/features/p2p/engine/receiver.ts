/**
 * The receiving end of a transfer with one sender: takes its offer, and once a person has accepted
 * checks and stores what comes, giving credit as it is written. `Room` makes one for every sender.
 */
import { BlockAssembler } from './block-assembler'
import { type BlockStore, type ReceivedBlock } from './block-store'
import { type Channels } from './channel'
import { ControlChannel, type TransferMessage } from './control-channel'
import { type OfferedFile } from './control-messages'
import { FileDigest } from './digest'
import { TransferError, travels } from './failure'
import { decodeFrame, FRAME_CHUNK } from './frames'
import { MAX_FILES, WINDOW_BYTES } from './protocol'
import { layOut, type TransferFile, TransferState } from './transfer-state'

/** Bytes written after which the sender hears of it: often enough for a bar, not for every block. */
const CREDIT_EVERY_BYTES = 1024 * 1024

/** What a receiver needs of the world around it. */
export interface ReceiverOptions {
  /** Opens the place where files are put. */
  openStore(): Promise<BlockStore>
  /** Takes a file that is whole and proven. */
  deliver(file: File, number: number): void
}

type Of<Type extends TransferMessage['type']> = Extract<TransferMessage, { type: Type }>

/** Receives files over one connection. */
export class FileReceiver {
  readonly state = new TransferState()
  readonly #channels: Channels
  readonly #control: ControlChannel
  readonly #options: ReceiverOptions
  #offered: OfferedFile[] = []
  #files: readonly TransferFile[] = []
  #store: BlockStore | undefined
  #assembler: BlockAssembler | undefined
  /** Content bytes that came, that were allowed, that are written, and that the sender knows of. */
  #received = 0
  #limit = 0
  #written = 0
  #reported = 0
  /** The file whose blocks are being written, by its place in `#files`, and its digest so far. */
  #writing = 0
  #digest = new FileDigest()
  /** Our own digests of files that are written, and the sender's, by place in `#files`. */
  readonly #ours: string[] = []
  readonly #theirs: string[] = []
  /** Files checked or being checked. */
  #checked = 0
  #checks: Promise<void> = Promise.resolve()

  constructor(channels: Channels, options: ReceiverOptions) {
    this.#channels = channels
    this.#options = options
    channels.data.addEventListener('message', this.#onFrame)
    this.#control = new ControlChannel(channels, {
      ready: () => this.state.advance('connected'),
      message: (message) => this.#receive(message),
      failed: (error) => this.fail(error),
    })
  }

  /** Accepts everything that has been offered. */
  async accept(): Promise<void> {
    if (this.state.stage !== 'offered') return
    this.#files = this.state.getSnapshot().files
    this.state.advance('moving')
    try {
      const store = await this.#options.openStore()
      if (this.#over()) {
        store.close()
        return
      }
      this.#store = store
      await store.reserve(this.state.getSnapshot().total)
    } catch (error) {
      this.fail(asFailure(error))
      return
    }
    if (this.#over()) return
    this.#assembler = new BlockAssembler(this.#files)
    this.#control.send({ type: 'accept', files: this.#files.map((file) => file.number) })
    this.#giveCredit()
    this.#checkFiles()
  }

  /** Refuses what has been offered. */
  decline(): void {
    if (this.state.stage !== 'offered') return
    this.#control.send({ type: 'decline' })
    this.#end()
    this.state.advance('declined')
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

  /** Asked again after every wait, for the other side or a person may have ended it meanwhile. */
  #over(): boolean {
    return this.state.ended
  }

  #end(): void {
    this.#control.close()
    this.#channels.data.removeEventListener('message', this.#onFrame)
    this.#store?.close()
  }

  #receive(message: TransferMessage): void {
    switch (message.type) {
      case 'offer':
        this.#onOffer(message)
        break
      case 'end':
        this.#onEnd(message)
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

  #onOffer(message: Of<'offer'>): void {
    // One that crossed our answer on the way: it came too late, and that is nobody's fault.
    if (!['connected', 'offered'].includes(this.state.stage)) return
    this.#offered.push(...message.files)
    if (this.#offered.length > MAX_FILES) throw new TransferError('malformed', 'too many files')
    const files = layOut(this.#offered.map((file, number) => ({ ...file, number })))
    const last = files.at(-1)
    if (last && !Number.isSafeInteger(last.start + last.size)) {
      throw new TransferError('malformed', 'more bytes than can be counted')
    }
    this.state.setFiles(files)
    if (this.state.stage === 'connected') this.state.advance('offered')
  }

  readonly #onFrame = (event: MessageEvent): void => {
    try {
      if (!(event.data instanceof ArrayBuffer)) throw new TransferError('malformed', 'no frame')
      if (!this.#assembler) throw new TransferError('malformed', 'a frame before credit')
      const frame = decodeFrame(event.data)
      if (frame.kind === FRAME_CHUNK) this.#received += frame.payload.length
      if (this.#received > this.#limit)
        throw new TransferError('malformed', 'content beyond credit')
      const block = this.#assembler.take(frame)
      if (block) void this.#write(block)
    } catch (error) {
      this.fail(asFailure(error))
    }
  }

  async #write(block: ReceivedBlock): Promise<void> {
    const length = block.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    try {
      await this.#store?.write(block)
      if (!this.#over()) this.#onWritten(block, length)
    } catch (error) {
      this.fail(asFailure(error))
    }
  }

  #onWritten({ digest, last }: ReceivedBlock, length: number): void {
    this.#written += length
    this.state.setWritten(this.#written)
    this.#skipEmpty()
    this.#digest.add(digest)
    if (last) this.#closeFile()
    if (last || this.#written - this.#reported >= CREDIT_EVERY_BYTES) this.#giveCredit()
    if (this.#written === this.state.getSnapshot().total) this.state.advance('checking')
    if (last) this.#checkFiles()
  }

  #giveCredit(): void {
    this.#reported = this.#written
    this.#limit = this.#written + WINDOW_BYTES
    this.#control.send({ type: 'credit', written: this.#written, limit: this.#limit })
  }

  /** Empty files have no blocks: theirs is the digest of nothing. */
  #skipEmpty(): void {
    while (this.#files[this.#writing]?.size === 0) this.#closeFile()
  }

  #closeFile(): void {
    this.#ours.push(this.#digest.finish())
    this.#digest = new FileDigest()
    this.#writing += 1
  }

  #onEnd(message: Of<'end'>): void {
    const file = this.#files[this.#theirs.length]
    if (!this.#assembler || message.file !== file?.number) throw outOfPlace(message)
    this.#theirs.push(message.digest)
    this.#checkFiles()
  }

  /** Checks, one after the other, the files that are written and whose end has come. */
  #checkFiles(): void {
    this.#skipEmpty()
    while (this.#checked < Math.min(this.#ours.length, this.#theirs.length)) {
      const place = this.#checked
      this.#checked += 1
      this.#checks = this.#checks.then(() => this.#check(place))
    }
  }

  async #check(place: number): Promise<void> {
    const file = this.#files[place]
    const offered = this.#offered[file?.number ?? -1]
    const digest = this.#ours[place]
    if (this.#over() || !file || !offered || !this.#store || digest === undefined) return
    try {
      if (digest !== this.#theirs[place]) throw new TransferError('corrupt', 'a file is not whole')
      const content = await this.#store.finish(file.number, offered)
      if (this.#over()) return
      this.#options.deliver(content, file.number)
    } catch (error) {
      this.fail(asFailure(error))
      return
    }
    this.#control.send({ type: 'verified', file: file.number, digest })
    this.state.addVerified()
    if (place + 1 < this.#files.length) return
    this.#end()
    this.state.advance('verified')
  }
}

function asFailure(error: unknown): TransferError {
  return error instanceof TransferError ? error : new TransferError('unwritable', String(error))
}

function outOfPlace(message: TransferMessage): TransferError {
  return new TransferError('malformed', `${message.type} not at this point`)
}
