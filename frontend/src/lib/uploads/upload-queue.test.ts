import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { UploadedFile, UploadSession } from '@/api/types'
import type { Kept, UploadMemory } from './upload-memory'
import { type SendOptions, UploadQueue, type Wish } from './upload-queue'

interface Attempt extends SendOptions {
  file: File
  arrive: () => void
  fail: (error: unknown) => void
}

let attempts: Attempt[]
let discarded: string[]
let now: number
let queue: UploadQueue
let memory: FakeMemory

const sender = {
  send: (file: File, options: SendOptions) => {
    const stored = { id: file.name, name: file.name, size: file.size } as UploadedFile
    return new Promise<UploadedFile>((resolve, reject) => {
      attempts.push({ file, ...options, arrive: () => resolve(stored), fail: reject })
      options.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
    })
  },
  discard: (session: string) => discarded.push(session),
}

/** Keeps in memory what a browser keeps beyond a reload. */
class FakeMemory implements UploadMemory {
  readonly kept = new Map<string, Wish & { file: File; session: string | null }>()
  full = false
  /** Whether it keeps no copies, only what a file is known by. */
  isNarrow = false

  remember(file: File, wish: Wish) {
    if (this.full) return Promise.resolve(null)
    this.kept.set(file.name, { file, ...wish, session: null })
    return Promise.resolve(this.#kept(file.name))
  }

  async recall() {
    // A disk is asked.
    await settled()
    return [...this.kept.keys()].map((name) => this.#kept(name))
  }

  /** Keeps another copy, as another page does that has chosen the same file. */
  copy(name: string, of: string) {
    const record = this.kept.get(of)
    if (record) this.kept.set(name, record)
  }

  forgetAll() {
    this.kept.clear()
    return Promise.resolve()
  }

  #kept(name: string): Kept {
    const record = this.kept.get(name)
    if (!record) throw new Error(`${name} is not kept`)
    return {
      ...record,
      file: this.isNarrow ? null : record.file,
      name: record.file.name,
      size: record.file.size,
      begun: (session) => {
        record.session = session
        return Promise.resolve()
      },
      forget: () => {
        if (this.kept.get(name) === record) this.kept.delete(name)
        return Promise.resolve()
      },
    }
  }
}

const file = (name: string, size = 1000, lastModified = 1) =>
  new File([new Uint8Array(size)], name, { lastModified })
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
  discarded = []
  memory = new FakeMemory()
  queue = new UploadQueue(sender, memory, () => now)
})

describe('for how long', () => {
  it('sends and remembers what was chosen, and what is usual where nothing was', async () => {
    void queue.add([file('a')], undefined)
    void queue.add([file('b')], undefined, { lifetime: 86_400 })
    void queue.add([file('c')], undefined, { lifetime: 'keep' })
    await settled()
    expect([...memory.kept.values()].map(({ lifetime }) => lifetime)).toEqual([
      'usual',
      86_400,
      'keep',
    ])
    // After a reload it is the same.
    attempts = []
    const next = new UploadQueue(sender, memory, () => now)
    await next.goOn()
    expect(attempts.map(({ lifetime }) => lifetime)).toEqual(['usual', 86_400])
    attempt(0).arrive()
    await settled()
    expect(attempts.map(({ lifetime }) => lifetime)).toEqual(['usual', 86_400, 'keep'])
  })

  it('is what it was where one that was cancelled is sent again', async () => {
    void queue.add([file('a')], undefined, { lifetime: 3600 })
    queue.cancel(1)
    queue.retry(1)
    await settled()
    expect(attempts.map(({ lifetime }) => lifetime)).toEqual([3600, 3600])
    expect(memory.kept.get('a')?.lifetime).toBe(3600)
  })
})

describe('sending', () => {
  it('sends two at a time, in order, and goes on when one has arrived', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    expect(states()).toEqual(['sending', 'sending', 'waiting'])
    attempt(0).arrive()
    await settled()
    expect(states()).toEqual(['done', 'sending', 'sending'])
    expect(attempts.map((one) => one.file.name)).toEqual(['a', 'b', 'c'])
  })

  it('hands in what was added for that, also when it is sent again', async () => {
    void queue.add([file('kept')], undefined)
    void queue.add([file('given')], undefined, { handIn: true })
    attempt(1).fail(new ProblemError(500))
    await settled()
    queue.retry(upload(1).key)
    expect(attempts.map((one) => one.handIn)).toEqual([false, true, true])
  })

  it('tells progress and speed, and when only the server is awaited', () => {
    void queue.add([file('a')], undefined)
    attempt(0).onBegun('u1', 0)
    now = 500
    attempt(0).onProgress(400)
    expect(upload(0)).toMatchObject({ sent: 400, speed: 800, state: { is: 'sending' } })
    now = 1000
    attempt(0).onProgress(1000)
    expect(upload(0)).toMatchObject({ sent: 1000, speed: null, state: { is: 'storing' } })
  })

  it('tells watchers of every change, with a new list', () => {
    const watcher = vi.fn()
    const before = queue.uploads
    const stop = queue.watch(watcher)
    void queue.add([file('a')], undefined)
    expect(watcher).toHaveBeenCalled()
    expect(queue.uploads).not.toBe(before)
    watcher.mockClear()
    stop()
    attempt(0).onProgress(1)
    expect(watcher).not.toHaveBeenCalled()
  })
})

describe('a file that is refused', () => {
  it('is not sent when it is empty or too large, and cannot be retried', () => {
    void queue.add([file('empty', 0), file('large', 2000), file('fits', 1500)], {
      maxSize: 1500,
      allowedExtensions: [],
      refusedExtensions: [],
    })
    expect(states()).toEqual(['failed', 'failed', 'sending'])
    expect(upload(1).state).toMatchObject({ words: expect.stringContaining('limit') as string })
    queue.retry(upload(0).key)
    expect(attempts.map((one) => one.file.name)).toEqual(['fits'])
  })

  it('is not sent where there are as many on their way as are taken', async () => {
    const limits = { maxSize: 1500, allowedExtensions: [], refusedExtensions: [] }
    void queue.add([file('a'), file('empty', 0), file('b')], { ...limits, filesLeft: 1 })
    expect(states()).toEqual(['sending', 'failed', 'failed'])
    expect(upload(2).state).toMatchObject({ words: 'Only 1 more file is taken here.' })
    attempt(0).arrive()
    await settled()
    void queue.add([file('c')], { ...limits, filesLeft: 0 })
    expect(upload(3).state).toMatchObject({ words: 'No more files are taken here.' })
  })

  it('is told of in the words of whoever made the queue', async () => {
    queue = new UploadQueue(
      sender,
      memory,
      () => now,
      (_, { size }) => `Not these ${size}.`,
    )
    void queue.add([file('a')], undefined)
    attempt(0).fail(new ProblemError(507))
    await settled()
    expect(upload(0).state).toMatchObject({ words: 'Not these 1000.' })
  })

  it('cannot be retried when the server said so', async () => {
    void queue.add([file('a')], undefined)
    attempt(0).fail(new ProblemError(422))
    await settled()
    expect(upload(0).state).toMatchObject({ is: 'failed', final: true })
  })
})

describe('a file that failed', () => {
  it('makes room for the next, and goes on where it was when it is sent again', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    attempt(0).onBegun('u1', 0)
    attempt(0).onProgress(700)
    attempt(0).fail(new ProblemError(507))
    await settled()
    expect(states()).toEqual(['failed', 'sending', 'sending'])
    queue.retry(upload(0).key)
    expect(upload(0)).toMatchObject({ state: { is: 'waiting' }, sent: 0 })
    attempt(1).arrive()
    await settled()
    expect(states()).toEqual(['sending', 'done', 'sending'])
    expect(attempt(3).session).toBe('u1')
    attempt(3).arrive()
    await settled()
    expect(upload(0).state.is).toBe('done')
  })
})

describe('cancelling', () => {
  it('stops the sending, makes room, and is not taken for a failure', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    queue.cancel(upload(0).key)
    await settled()
    expect(attempt(0).signal.aborted).toBe(true)
    expect(states()).toEqual(['cancelled', 'sending', 'sending'])
  })

  it('has the server forget what was begun, and begins anew when it is sent again', async () => {
    void queue.add([file('a')], undefined)
    attempt(0).onBegun('u1', 0)
    queue.cancel(upload(0).key)
    await settled()
    expect(discarded).toEqual(['u1'])
    expect(memory.kept.size).toBe(0)
    queue.retry(upload(0).key)
    await settled()
    expect(attempt(1).session).toBeNull()
    expect(memory.kept.size).toBe(1)
  })

  it('keeps the stopped attempt from speaking for the next one', async () => {
    void queue.add([file('a')], undefined)
    queue.cancel(upload(0).key)
    queue.retry(upload(0).key)
    attempt(0).onProgress(900)
    attempt(0).arrive()
    await settled()
    expect(upload(0)).toMatchObject({ state: { is: 'sending' }, sent: 0 })
  })

  it('does nothing to what has arrived', async () => {
    void queue.add([file('a')], undefined)
    attempt(0).arrive()
    await settled()
    queue.cancel(upload(0).key)
    expect(states()).toEqual(['done'])
  })
})

describe('pausing', () => {
  it('stops a file where it is, makes room, and goes on with it when it is resumed', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    attempt(0).onBegun('u1', 0)
    attempt(0).onProgress(700)
    queue.pause(upload(0).key)
    await settled()
    expect(attempt(0).signal.aborted).toBe(true)
    expect(discarded).toEqual([])
    expect(states()).toEqual(['paused', 'sending', 'sending'])
    expect(upload(0)).toMatchObject({ sent: 700, session: 'u1' })

    queue.resume(upload(0).key)
    expect(states()).toEqual(['waiting', 'sending', 'sending'])
    attempt(1).arrive()
    await settled()
    expect(attempt(3)).toMatchObject({ session: 'u1', file: { name: 'a' } })
  })

  it('is for what has yet to arrive alone, and ends where it is cancelled', async () => {
    void queue.add([file('a'), file('b')], undefined)
    attempt(0).arrive()
    await settled()
    queue.pause(upload(0).key)
    queue.resume(upload(0).key)
    expect(states()).toEqual(['done', 'sending'])
    attempt(1).onBegun('u2', 0)
    queue.pause(upload(1).key)
    queue.cancel(upload(1).key)
    expect(states()).toEqual(['done', 'cancelled'])
    expect(discarded).toEqual(['u2'])
  })
})

describe('clearing', () => {
  it('takes off what is not under way', async () => {
    void queue.add([file('a'), file('b'), file('empty', 0)], undefined)
    attempt(0).arrive()
    await settled()
    queue.clearFinished()
    expect(queue.uploads.map(({ name }) => name)).toEqual(['b'])
  })

  it('stops everything on reset', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    queue.reset()
    await settled()
    expect(queue.uploads).toEqual([])
    expect(attempts.map(({ signal }) => signal.aborted)).toEqual([true, true])
  })
})

describe('a line that is lost', () => {
  it('is told, and so is when it is back', () => {
    void queue.add([file('a')], undefined)
    attempt(0).onBegun('u1', 0)
    attempt(0).onProgress(400)
    attempt(0).onStalled(true)
    attempt(0).onProgress(300)
    expect(upload(0)).toMatchObject({ state: { is: 'stalled' }, sent: 300, speed: null })
    attempt(0).onStalled(false)
    expect(upload(0).state.is).toBe('sending')
  })

  it('is waited for in its turn, and can be given up', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    attempt(0).onStalled(true)
    await settled()
    expect(states()).toEqual(['stalled', 'sending', 'waiting'])
    queue.cancel(upload(0).key)
    await settled()
    expect(states()).toEqual(['cancelled', 'sending', 'sending'])
  })
})

describe('beyond a reload', () => {
  it('files are remembered until they have arrived, with the names of their uploads', async () => {
    void queue.add([file('a'), file('b'), file('c')], undefined, { handIn: true })
    await settled()
    attempt(0).onBegun('u1', 0)
    attempt(1).arrive()
    await settled()
    expect(upload(0).kept).toBe(true)
    const rest = [...memory.kept.values()].map(({ file: { name }, session }) => [name, session])
    expect(rest).toEqual([
      ['a', 'u1'],
      ['c', null],
    ])

    const next = new UploadQueue(sender, memory, () => now)
    attempts = []
    await next.goOn()
    expect(next.uploads.map(({ name, handIn, kept }) => [name, handIn, kept])).toEqual([
      ['a', true, true],
      ['c', true, true],
    ])
    expect(attempts.map(({ session }) => session)).toEqual(['u1', null])
  })

  it('what can never arrive is not remembered, and what may the next time is', async () => {
    void queue.add([file('empty', 0), file('a'), file('b')], undefined)
    await settled()
    attempt(0).fail(new ProblemError(422))
    attempt(1).fail(new ProblemError(507))
    await settled()
    expect([...memory.kept.keys()]).toEqual(['b'])
    queue.clearFinished()
    await settled()
    expect(memory.kept.size).toBe(0)
  })

  it('what finds no room is sent all the same', async () => {
    memory.full = true
    void queue.add([file('a')], undefined)
    await settled()
    expect(upload(0)).toMatchObject({ kept: false, state: { is: 'sending' } })
    attempt(0).arrive()
    await settled()
    expect(states()).toEqual(['done'])
  })

  it('what there was no room for a copy of is wanted once more, and goes on where it was', async () => {
    memory.isNarrow = true
    void queue.add([file('a'), file('b')], undefined)
    await settled()
    expect(upload(0).kept).toBe(false)
    attempt(0).onBegun('u1', 0)
    await settled()

    queue = new UploadQueue(sender, memory, () => now)
    await queue.goOn()
    // Of the other one nothing had been begun.
    expect(queue.uploads).toMatchObject([{ name: 'a', size: 1000, state: { is: 'wanted' } }])
    queue.retry(upload(0).key)
    queue.clearFinished()
    expect(states()).toEqual(['wanted'])
    void queue.add([file('a')], undefined)
    expect(states()).toEqual(['sending'])
    expect(attempts.at(-1)).toMatchObject({ session: 'u1', file: { name: 'a' } })
  })

  it('what is wanted once more can be given up', async () => {
    memory.isNarrow = true
    void queue.add([file('a')], undefined)
    attempt(0).onBegun('u1', 0)
    await settled()
    queue = new UploadQueue(sender, memory, () => now)
    await queue.goOn()
    queue.cancel(upload(0).key)
    await settled()
    expect(queue.uploads).toEqual([])
    expect(discarded).toEqual(['u1'])
    expect(memory.kept.size).toBe(0)
  })

  it('nothing is left when its owner has signed out', async () => {
    void queue.add([file('a'), file('b')], undefined)
    await settled()
    queue.reset()
    await settled()
    expect(memory.kept.size).toBe(0)
  })
})

describe('a file that is chosen again', () => {
  it('is not sent twice while it is on its way, and that is said', async () => {
    const film = file('film')
    expect(await queue.add([film, file('b'), file('c')], undefined)).toEqual([])
    const again = [file('film'), file('c'), file('film', 1000, 2), file('film', 999)]
    const moving = await queue.add(again, undefined)
    expect(moving).toEqual(again.slice(0, 2))
    expect(queue.uploads.map(({ name }) => name)).toEqual(['film', 'b', 'c', 'film', 'film'])
  })

  it('is sent again to be handed in, but not only to be kept where it is handed in', async () => {
    expect(await queue.add([file('a')], undefined)).toEqual([])
    expect(await queue.add([file('a')], undefined, { handIn: true })).toEqual([])
    expect(await queue.add([file('a')], undefined)).toHaveLength(1)
    expect(queue.uploads.map(({ handIn }) => handIn)).toEqual([false, true])
  })

  it('is sent again where it has arrived, or was cancelled', async () => {
    void queue.add([file('a'), file('b')], undefined)
    attempt(0).arrive()
    queue.cancel(upload(1).key)
    await settled()
    expect(await queue.add([file('a'), file('b')], undefined)).toEqual([])
    expect(states()).toEqual(['done', 'cancelled', 'sending', 'sending'])
  })

  it('is not begun anew while the page has yet to take it up', async () => {
    void queue.add([file('a')], undefined)
    attempt(0).onBegun('u1', 0)
    await settled()

    queue = new UploadQueue(sender, memory, () => now)
    attempts = []
    const goingOn = queue.goOn()
    const unfinished = [{ id: 'u1', name: 'a', size: 1000, part_size: 8 } as UploadSession]
    const adding = queue.add([file('a')], undefined, { unfinished })
    await goingOn
    expect(await adding).toHaveLength(1)
    expect(attempts.map(({ session }) => session)).toEqual(['u1'])
    expect(memory.kept.size).toBe(1)
  })

  it('goes on where it failed, as it is now', async () => {
    void queue.add([file('a'), file('b')], undefined)
    await settled()
    attempt(0).onBegun('u1', 0)
    attempt(0).fail(new ProblemError(500))
    attempt(1).onBegun('u2', 0)
    attempt(1).fail(new DOMException('', 'NotReadableError'))
    await settled()
    expect(states()).toEqual(['failed', 'failed'])
    const now = [file('a', 1000, 2), file('b', 1000, 2)]
    expect(await queue.add(now, undefined)).toEqual([])
    await settled()
    expect(states()).toEqual(['sending', 'sending'])
    expect(attempts.slice(2).map(({ file, session }) => [file, session])).toEqual([
      [now[0], 'u1'],
      [now[1], 'u2'],
    ])
    const kept = [...memory.kept.values()].map(({ file, session }) => [file, session])
    expect(kept).toEqual([
      [now[0], 'u1'],
      [now[1], 'u2'],
    ])
    expect(queue.uploads.map(({ kept }) => kept)).toEqual([true, true])
  })

  it('is refused again where nothing can be gone on with', async () => {
    void queue.add([file('empty', 0)], undefined)
    void queue.add([file('empty', 0)], undefined)
    await settled()
    expect(states()).toEqual(['failed', 'failed'])
    expect(attempts).toEqual([])
  })
})

describe('another tab that sends the same upload', () => {
  it('has its turn, and keeps nobody waiting but that', () => {
    void queue.add([file('a'), file('b'), file('c')], undefined)
    attempt(0).onElsewhere(true)
    expect(states()).toEqual(['elsewhere', 'sending', 'sending'])
    attempt(0).onElsewhere(false)
    expect(states()).toEqual(['sending', 'sending', 'sending'])
  })

  it('goes on where this one gives it up', async () => {
    void queue.add([file('a')], undefined, {
      unfinished: [{ id: 'u1', name: 'a', size: 1000, part_size: 8 } as UploadSession],
    })
    attempt(0).onElsewhere(true)
    queue.cancel(upload(0).key)
    await settled()
    expect(states()).toEqual(['cancelled'])
    expect(discarded).toEqual([])
  })

  it('may have left a copy of its own: one is gone on with', async () => {
    void queue.add([file('a')], undefined)
    await settled()
    attempt(0).onBegun('u1', 0)
    await settled()
    memory.copy('copy of a', 'a')

    queue = new UploadQueue(sender, memory, () => now)
    attempts = []
    await queue.goOn()
    await settled()
    expect(attempts.map(({ session }) => session)).toEqual(['u1'])
    expect([...memory.kept.keys()]).toEqual(['a'])
  })
})

describe('a file whose upload was begun elsewhere', () => {
  const begun = (id: string, name: string, size: number, hand_in = false) =>
    ({ id, name, size, hand_in, part_size: 8 }) as UploadSession

  it('goes on with it, once, where name and size are the same', async () => {
    const unfinished = [begun('u1', 'a', 1000, true), begun('u2', 'b', 999)]
    void queue.add([file('a'), file('a')], undefined, { unfinished })
    void queue.add([file('b'), file('a', 1000, 2)], undefined, { unfinished })
    await settled()
    expect(queue.uploads.map(({ session }) => session)).toEqual(['u1', null, null, null])
    expect(attempt(0)).toMatchObject({ session: 'u1', handIn: true })
    expect(memory.kept.get('a')?.handIn).toBeDefined()
  })

  it('begins anew where that is another program’s, which sends it in sequence', () => {
    const unfinished = [{ ...begun('u1', 'a', 1000), part_size: null }]
    void queue.add([file('a')], undefined, { unfinished })
    expect(upload(0).session).toBeNull()
  })

  it('counts what is there already as sent, and not into the speed', () => {
    void queue.add([file('a')], undefined, { unfinished: [begun('u1', 'a', 1000)] })
    now = 1000
    attempt(0).onBegun('u1', 600)
    expect(upload(0).sent).toBe(600)
    now = 2000
    attempt(0).onProgress(700)
    expect(upload(0).speed).toBe(100)
  })
})

it('says so where a file cannot be read any more, and does not try it again', async () => {
  void queue.add([file('a')], undefined)
  attempt(0).fail(new DOMException('', 'NotReadableError'))
  await settled()
  expect(upload(0).state).toMatchObject({ is: 'failed', final: true })
  expect(upload(0).state).toMatchObject({ words: expect.stringContaining('read') as string })
})

describe('a tree', () => {
  const paths = (files: readonly File[], ...along: string[]) =>
    new Map(files.map((file, n) => [file, along[n] ?? '']))

  it('sends each file to its folder, also where two look alike, and again after a reload', async () => {
    const pair = [file('index.html'), file('index.html')]
    const options = { folderId: 'f1', paths: paths(pair, 'site', 'site/en') }
    expect(await queue.add(pair, undefined, options)).toEqual([])
    const goals = [
      { folderId: 'f1', path: 'site' },
      { folderId: 'f1', path: 'site/en' },
    ]
    expect(attempts.map(({ goal }) => goal)).toEqual(goals)
    await settled()

    const next = new UploadQueue(sender, memory, () => now)
    await next.goOn()
    expect(next.uploads.map(({ goal }) => goal)).toEqual(goals.slice(1))
  })

  it('does not go on with an upload of the same name that may belong elsewhere in it', () => {
    const one = file('index.html')
    const unfinished = [
      { id: 'u1', name: 'index.html', size: one.size, part_size: 100 } as UploadSession,
    ]
    void queue.add([one], undefined, { unfinished, paths: paths([one], 'site') })
    void queue.add([file('index.html')], undefined, { unfinished })
    expect(attempts.map(({ session }) => session)).toEqual([null, 'u1'])
  })

  it('takes one for on its way only where it goes to the same folder', async () => {
    void queue.add([file('a')], undefined, { folderId: 'f1' })
    expect(await queue.add([file('a')], undefined, { folderId: 'f2' })).toEqual([])
    expect(await queue.add([file('a')], undefined, { folderId: 'f1' })).toHaveLength(1)
  })

  it('goes on with one that failed where it was to go', async () => {
    void queue.add([file('a')], undefined, { folderId: 'f1' })
    attempt(0).fail(new ProblemError(500))
    await settled()
    void queue.add([file('a')], undefined, { folderId: 'f2' })
    expect(states()).toEqual(['failed', 'sending'])
    void queue.add([file('a')], undefined, { folderId: 'f1' })
    expect(states()).toEqual(['sending', 'sending'])
  })
})
