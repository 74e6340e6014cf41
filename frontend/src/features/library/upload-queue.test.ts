import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { UploadedFile } from '@/api/types'
import { type SendFile, UploadQueue } from './upload-queue'

interface Attempt {
  file: File
  handIn: boolean
  progress: (sent: number) => void
  signal: AbortSignal
  arrive: () => void
  fail: (error: ProblemError) => void
}

let attempts: Attempt[]
let now: number
let queue: UploadQueue

const send: SendFile = (file, { handIn, onProgress, signal }) => {
  const stored = { id: file.name, name: file.name, size: file.size } as UploadedFile
  return new Promise((resolve, reject) => {
    attempts.push({
      file,
      handIn,
      progress: onProgress,
      signal,
      arrive: () => resolve(stored),
      fail: reject,
    })
    signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
  })
}

const file = (name: string, size = 1000) => new File([new Uint8Array(size)], name)
const states = () => queue.uploads.map(({ state }) => state.is)
const settled = () => new Promise((resolve) => setTimeout(resolve))

function attempt(index: number): Attempt {
  const found = attempts[index]
  if (!found) throw new Error(`there was no attempt ${index}`)
  return found
}

function upload(index: number) {
  const found = queue.uploads[index]
  if (!found) throw new Error(`there is no upload ${index}`)
  return found
}

beforeEach(() => {
  attempts = []
  now = 0
  queue = new UploadQueue(send, () => now)
})

describe('sending', () => {
  it('sends two at a time, in order, and goes on when one has arrived', async () => {
    queue.add([file('a'), file('b'), file('c')], undefined)
    expect(states()).toEqual(['sending', 'sending', 'waiting'])
    attempt(0).arrive()
    await settled()
    expect(states()).toEqual(['done', 'sending', 'sending'])
    expect(attempts.map((one) => one.file.name)).toEqual(['a', 'b', 'c'])
  })

  it('hands in what was added for that, also when it is sent again', async () => {
    queue.add([file('kept')], undefined)
    queue.add([file('given')], undefined, { handIn: true })
    attempt(1).fail(new ProblemError(500))
    await settled()
    queue.retry(upload(1).key)
    expect(attempts.map((one) => one.handIn)).toEqual([false, true, true])
  })

  it('tells progress and speed, and when only the server is awaited', () => {
    queue.add([file('a')], undefined)
    now = 500
    attempt(0).progress(400)
    expect(upload(0)).toMatchObject({ sent: 400, speed: 800, state: { is: 'sending' } })
    now = 1000
    attempt(0).progress(1000)
    expect(upload(0)).toMatchObject({ sent: 1000, speed: null, state: { is: 'storing' } })
  })

  it('tells watchers of every change, with a new list', () => {
    const watcher = vi.fn()
    const before = queue.uploads
    const stop = queue.watch(watcher)
    queue.add([file('a')], undefined)
    expect(watcher).toHaveBeenCalled()
    expect(queue.uploads).not.toBe(before)
    watcher.mockClear()
    stop()
    attempt(0).progress(1)
    expect(watcher).not.toHaveBeenCalled()
  })
})

describe('a file that is refused', () => {
  it('is not sent when it is empty or too large, and cannot be retried', () => {
    queue.add([file('empty', 0), file('large', 2000), file('fits', 1500)], 1500)
    expect(states()).toEqual(['failed', 'failed', 'sending'])
    expect(upload(1).state).toMatchObject({ words: expect.stringContaining('limit') as string })
    queue.retry(upload(0).key)
    expect(attempts.map((one) => one.file.name)).toEqual(['fits'])
  })

  it('cannot be retried when the server said so', async () => {
    queue.add([file('a')], undefined)
    attempt(0).fail(new ProblemError(422))
    await settled()
    expect(upload(0).state).toMatchObject({ is: 'failed', final: true })
  })
})

describe('a file that failed', () => {
  it('makes room for the next, and can be sent again from the beginning', async () => {
    queue.add([file('a'), file('b'), file('c')], undefined)
    attempt(0).progress(700)
    attempt(0).fail(new ProblemError(0))
    await settled()
    expect(states()).toEqual(['failed', 'sending', 'sending'])
    queue.retry(upload(0).key)
    expect(upload(0)).toMatchObject({ state: { is: 'waiting' }, sent: 0 })
    attempt(1).arrive()
    await settled()
    expect(states()).toEqual(['sending', 'done', 'sending'])
    attempt(3).arrive()
    await settled()
    expect(upload(0).state.is).toBe('done')
  })
})

describe('cancelling', () => {
  it('stops the sending, makes room, and is not taken for a failure', async () => {
    queue.add([file('a'), file('b'), file('c')], undefined)
    queue.cancel(upload(0).key)
    await settled()
    expect(attempt(0).signal.aborted).toBe(true)
    expect(states()).toEqual(['cancelled', 'sending', 'sending'])
  })

  it('keeps the stopped attempt from speaking for the next one', async () => {
    queue.add([file('a')], undefined)
    queue.cancel(upload(0).key)
    queue.retry(upload(0).key)
    attempt(0).progress(900)
    attempt(0).arrive()
    await settled()
    expect(upload(0)).toMatchObject({ state: { is: 'sending' }, sent: 0 })
  })

  it('does nothing to what has arrived', async () => {
    queue.add([file('a')], undefined)
    attempt(0).arrive()
    await settled()
    queue.cancel(upload(0).key)
    expect(states()).toEqual(['done'])
  })
})

describe('clearing', () => {
  it('takes off what is not under way', async () => {
    queue.add([file('a'), file('b'), file('empty', 0)], undefined)
    attempt(0).arrive()
    await settled()
    queue.clearFinished()
    expect(queue.uploads.map(({ name }) => name)).toEqual(['b'])
  })

  it('stops everything on reset', async () => {
    queue.add([file('a'), file('b'), file('c')], undefined)
    queue.reset()
    await settled()
    expect(queue.uploads).toEqual([])
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true, true])
  })
})
