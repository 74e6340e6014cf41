/** The page's end of the file worker. Used by the stores that have one. */
import { TransferError } from './failure'
import {
  type NumberedAnswer,
  type NumberedCall,
  type StoreAnswer,
  type StoreCall,
} from './store-calls'

type Done = Extract<StoreAnswer, { ok: true }>

interface Waiting {
  resolve(answer: Done): void
  reject(error: TransferError): void
}

/** A worker of its own for one transfer. */
export class StoreWorker {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0

  constructor() {
    this.#worker = new Worker(new URL('./receiver.worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<NumberedAnswer>) => {
      this.#settle(data)
    })
    this.#worker.addEventListener('error', () => {
      // The script itself failed: no answer will come to any call.
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const call of waiting) {
        call.reject(new TransferError('unwritable', 'the file worker failed'))
      }
    })
  }

  /** Has something done; what is in `transfer` is the worker's from now on. Throws what it answers. */
  call(call: StoreCall, transfer: Transferable[] = []): Promise<Done> {
    this.#calls += 1
    const id = this.#calls
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, call } satisfies NumberedCall, transfer)
    })
  }

  /** Ends it, whatever it is doing. */
  terminate(): void {
    this.#worker.terminate()
  }

  #settle({ id, answer }: NumberedAnswer): void {
    const call = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (answer.ok) call?.resolve(answer)
    else call?.reject(new TransferError(answer.code, answer.message))
  }
}
