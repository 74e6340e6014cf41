/** A sender and a receiver joined in memory, and what the tests of transfers do to them. */
import { browserRandom } from '../secrecy/randomness'
import { BlobStore } from './blob-store'
import { type BlockStore } from './block-store'
import { decodeFrame, encodeFrame, type Frame, FRAME_CHUNK } from './frames'
import { FileReceiver } from './receiver'
import { FileSource } from './file-source'
import { FileSender } from './sender'
import { type Offerable } from './sending-conversation'
import { Talk, type TalkLine } from './talk'
import { channelPair, nextTask, type TestChannels } from './test-channels'
import { type Stage, type TransferState } from './transfer-state'

/** A file to offer. */
export function offerable(name: string, content: Uint8Array<ArrayBuffer>): Offerable {
  return offerableBlob(name, new Blob([content]))
}

/** A file to offer, whatever its content. */
export function offerableBlob(name: string, blob: Blob): Offerable {
  return { name, size: blob.size, media_type: '', modified_at: 0, source: new FileSource(blob) }
}

/** Bytes that look random and are the same every time. */
export function noise(bytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed
  return Uint8Array.from({ length: bytes }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return state >>> 16
  })
}

/** The way of texts where nobody says any. */
export function silence(): TalkLine {
  return new Talk(browserRandom).lineTo('them')
}

/** Resolves when the state says yes. */
export function when(state: TransferState, is: (state: TransferState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!is(state)) return
      stop()
      resolve()
    }
    const stop = state.subscribe(look)
    look()
  })
}

/** Resolves at a stage. */
export const reached = (state: TransferState, stage: Stage) =>
  when(state, (at) => at.stage === stage)
/** Resolves when nothing more will happen. */
export const ended = (state: TransferState) => when(state, (at) => at.ended)

/** A sender and a receiver, connected. */
export interface Setup {
  readonly left: TestChannels
  readonly right: TestChannels
  readonly sender: FileSender
  readonly receiver: FileReceiver
  readonly delivered: File[]
}

/** Both ends, connected, with the files offered. */
export async function offered(files: Offerable[], store: () => BlockStore = () => new BlobStore()) {
  const { left, right, open } = channelPair()
  const delivered: File[] = []
  const sender = new FileSender(silence())
  const receiver = new FileReceiver({
    talk: silence(),
    openStore: () => Promise.resolve(store()),
    deliver: (file) => delivered.push(file),
  })
  sender.connect(left)
  receiver.connect(right)
  sender.add(files)
  open()
  await reached(receiver.state, 'offered')
  const setup: Setup = { left, right, sender, receiver, delivered }
  return setup
}

/** Resolves when both ends are done. */
export async function finished({ sender, receiver }: Setup): Promise<void> {
  await Promise.all([ended(sender.state), ended(receiver.state)])
}

/** How an end sees it. */
export function outcome({ state }: FileSender | FileReceiver) {
  const { stage, failure } = state.getSnapshot()
  return failure ? { stage, ...failure } : { stage }
}

/** A store whose writes wait until they are released. */
export class SlowStore extends BlobStore {
  closed = false
  waiting = 0
  #released = false
  readonly #held: (() => void)[] = []
  readonly #watching: (() => void)[] = []

  override async write(block: Parameters<BlobStore['write']>[0]): Promise<void> {
    this.waiting += 1
    for (const look of this.#watching) look()
    if (!this.#released) await new Promise<void>((resolve) => this.#held.push(resolve))
    await super.write(block)
  }

  override close(): void {
    this.closed = true
    super.close()
  }

  /** Resolves when so many blocks wait. */
  holds(blocks: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.waiting >= blocks) resolve()
      }
      this.#watching.push(look)
      look()
    })
  }

  release(): void {
    this.#released = true
    for (const go of this.#held) go()
  }
}

/** A file that was deleted after it was chosen. */
export class UnreadableBlob extends Blob {
  override readonly size: number

  constructor(size: number) {
    super()
    this.size = size
  }

  override slice(): Blob {
    const slice = new Blob()
    slice.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'))
    return slice
  }
}

/** Resolves when everything queued has arrived. */
export async function idle({ data, control }: TestChannels): Promise<void> {
  while (data.bufferedAmount > 0 || control.bufferedAmount > 0) {
    await nextTask()
  }
}

/** Has a message arrive that nobody sent. */
export function arrive(
  at: TestChannels,
  channel: 'control' | 'data',
  data: string | ArrayBuffer,
): void {
  at[channel].dispatchEvent(new MessageEvent('message', { data }))
}

/** A control message as text. */
export function message(type: string, fields: object): string {
  return JSON.stringify({ type, ...fields })
}

/** A chunk of the first file. */
export function chunk(block: number, offset: number, bytes: number): ArrayBuffer {
  const header = { kind: FRAME_CHUNK, file: 0, block, offset } as const
  return encodeFrame(header, [noise(bytes)], new Uint8Array(16 + bytes)).buffer
}

/** A frame with other numbers in its header. */
export function altered(bytes: ArrayBuffer, change: Partial<Omit<Frame, 'payload'>>): ArrayBuffer {
  const { payload, ...header } = decodeFrame(bytes)
  const target = new Uint8Array(bytes.byteLength)
  return encodeFrame({ ...header, ...change }, [payload], target).buffer
}
