/** A channel of a `RelayLink`: to its users it looks like a data channel. */
import { type Channel } from './channel'

/** How often a queue that is above its mark is looked at, in milliseconds: a WebSocket does not tell. */
const LOOK_EVERY_MS = 10

/** One of the two channels in a relay's pipe. */
export class RelayChannel extends EventTarget implements Channel {
  readyState: RTCDataChannelState = 'connecting'
  #lowThreshold = 0
  readonly #pass: (bytes: Uint8Array<ArrayBuffer>) => void
  readonly #queued: () => number
  #looking: ReturnType<typeof setInterval> | undefined

  /** `pass` takes a message on its way; `queued` tells how many bytes have not left yet. */
  constructor(pass: (bytes: Uint8Array<ArrayBuffer>) => void, queued: () => number) {
    super()
    this.#pass = pass
    this.#queued = queued
  }

  get bufferedAmount(): number {
    return this.#queued()
  }

  get bufferedAmountLowThreshold(): number {
    return this.#lowThreshold
  }

  /** A mark that sinks below what is queued is reached later, and that has to be told. */
  set bufferedAmountLowThreshold(bytes: number) {
    this.#lowThreshold = bytes
    this.#look()
  }

  /** Sends a text or bytes, which may be reused as soon as this returns. */
  send(data: string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError')
    if (data instanceof Blob) throw new TypeError('Blobs are not sent here')
    this.#pass(asBytes(data))
    this.#look()
  }

  /** It can be used from now on. */
  open(): void {
    this.readyState = 'open'
    this.dispatchEvent(new Event('open'))
  }

  /** Something has come. */
  arrive(data: string | ArrayBuffer): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }

  close(): void {
    if (this.readyState === 'closed') return
    clearInterval(this.#looking)
    this.readyState = 'closed'
    this.dispatchEvent(new Event('close'))
  }

  #look(): void {
    if (this.readyState === 'closed' || this.#looking !== undefined) return
    if (this.bufferedAmount <= this.#lowThreshold) return
    this.#looking = setInterval(() => {
      if (this.bufferedAmount > this.#lowThreshold) return
      clearInterval(this.#looking)
      this.#looking = undefined
      this.dispatchEvent(new Event('bufferedamountlow'))
    }, LOOK_EVERY_MS)
  }
}

function asBytes(data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>) {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}
