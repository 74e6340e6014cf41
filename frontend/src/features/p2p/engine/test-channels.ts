/** Two ends of a connection in memory, for the tests of sender and receiver. */
import { type Channels } from './channel'

/** A channel whose messages arrive in order, one a task; it can be held up and overheard. */
export class TestChannel extends EventTarget {
  readyState: RTCDataChannelState = 'connecting'
  bufferedAmount = 0
  bufferedAmountLowThreshold = 0
  /** Most that was ever queued at once. */
  mostBuffered = 0
  /** May change a message on its way, or drop it by returning nothing. */
  tamper: (data: string | ArrayBuffer) => string | ArrayBuffer | undefined = (data) => data
  /** While true nothing arrives. */
  held = false
  peer: TestChannel | undefined
  readonly #queue: (string | ArrayBuffer)[] = []
  #draining = false

  send(data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError')
    // A real channel has copied the bytes when it returns.
    if (ArrayBuffer.isView(data)) {
      data = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
    }
    if (data instanceof Blob) throw new TypeError('Blobs are not sent here')
    this.#queue.push(data)
    this.bufferedAmount += sizeOf(data)
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount)
    this.drain()
  }

  open(): void {
    this.readyState = 'open'
    this.dispatchEvent(new Event('open'))
  }

  close(): void {
    this.readyState = 'closed'
    this.dispatchEvent(new Event('close'))
  }

  /** Lets messages arrive again after `held`. */
  drain(): void {
    if (this.#draining) return
    this.#draining = true
    void nextTask().then(() => {
      this.#draining = false
      this.#deliver()
    })
  }

  #deliver(): void {
    if (this.held) return
    const data = this.#queue.shift()
    if (data === undefined) return
    const before = this.bufferedAmount
    this.bufferedAmount -= sizeOf(data)
    const arriving = this.tamper(data)
    if (arriving !== undefined) {
      this.peer?.dispatchEvent(new MessageEvent('message', { data: arriving }))
    }
    const threshold = this.bufferedAmountLowThreshold
    if (before > threshold && this.bufferedAmount <= threshold) {
      this.dispatchEvent(new Event('bufferedamountlow'))
    }
    this.drain()
  }
}

/** One end's two channels. */
export interface TestChannels extends Channels {
  readonly control: TestChannel
  readonly data: TestChannel
}

/** Two connected ends; nothing is open until `open` is called. */
export function channelPair(): { left: TestChannels; right: TestChannels; open: () => void } {
  const [left, right] = [end(), end()]
  for (const name of ['control', 'data'] as const) {
    left[name].peer = right[name]
    right[name].peer = left[name]
  }
  return {
    left,
    right,
    open: () => {
      for (const { control, data } of [left, right]) {
        control.open()
        data.open()
      }
    },
  }
}

function end(): TestChannels {
  return {
    control: new TestChannel(),
    data: new TestChannel(),
    maxMessageBytes: () => 64 * 1024,
    giveUp: () => undefined,
  }
}

/** Resolves in a task of its own, without the delay that timers have. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

function sizeOf(data: string | ArrayBuffer): number {
  return typeof data === 'string' ? data.length : data.byteLength
}
