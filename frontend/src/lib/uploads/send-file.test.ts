// @vitest-environment node
import { bytesToHex } from '@noble/hashes/utils.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { ProblemCode, ReceivedPart, UploadedFile, UploadSession } from '@/api/types'
import { sha256Of } from '@/lib/sha256'
import { fileSender } from './send-file'
import type { Address, PutOptions } from './put-part'
import type { Announced, UploadApi } from './upload-api'
import type { TurnOptions } from './upload-turns'

const PART = 1000

/** A server with one upload, which fails as it is told to. */
class FakeServer implements UploadApi {
  announced: Announced | null = null
  readonly parts = new Map<number, Uint8Array>()
  puts: number[] = []
  completed = 0
  aborted: string[] = []
  /** What each put throws first. */
  failures: Error[] = []
  /** Addresses that were asked for. */
  addressed = 0
  /** Whether all parts are gone once a put has failed. */
  isForgetful = false
  /** Parts that are gone by the time that all have come. */
  losesAtLast: number[] = []
  /** Parts on their way at one time, at most. */
  atOnce = 0
  #now = 0

  begin(announced: Announced) {
    this.announced = announced
    // The server's answer has addresses, which are not parts that are there.
    const parts = [{ number: 1, size: PART, url: 'u1/1', headers: {}, url_expires_at: 0 }]
    return Promise.resolve({ ...this.#session(), parts })
  }

  async get(id: string) {
    if (id !== 'u1' || !this.announced) throw new ProblemError(404)
    const parts: ReceivedPart[] = []
    for (const [number, bytes] of this.parts) {
      const sha256 = bytesToHex(await sha256Of(new Uint8Array(bytes)))
      parts.push({ number, size: bytes.length, sha256 })
    }
    return { ...this.#session(), parts, ...(this.completed > 0 && { file: this.#file() }) }
  }

  address(id: string, { number, sha256 }: { number: number; sha256: string }) {
    this.addressed += 1
    return Promise.resolve({ url: `${id}/${number}`, headers: { 'x-amz-checksum-sha256': sha256 } })
  }

  async put(
    { url, headers }: Address,
    bytes: Uint8Array<ArrayBuffer>,
    { onProgress, signal }: PutOptions,
  ) {
    const [, number] = url.split('/')
    this.#now += 1
    this.atOnce = Math.max(this.atOnce, this.#now)
    onProgress(bytes.length / 2)
    await new Promise((resolve) => setTimeout(resolve))
    this.#now -= 1
    signal.throwIfAborted()
    const failure = this.failures.shift()
    if (failure && this.isForgetful) this.parts.clear()
    if (failure) throw failure
    expect(headers?.['x-amz-checksum-sha256']).toBe(bytesToHex(await sha256Of(bytes)))
    onProgress(bytes.length)
    this.puts.push(Number(number))
    this.parts.set(Number(number), bytes)
  }

  complete() {
    for (const number of this.losesAtLast.splice(0)) this.parts.delete(number)
    const received = [...this.parts.values()].reduce((sum, { length }) => sum + length, 0)
    if (received !== this.announced?.size) throw problem(409, 'upload_incomplete')
    this.completed += 1
    return Promise.resolve(this.#file())
  }

  abort(id: string) {
    this.aborted.push(id)
    return Promise.resolve()
  }

  #session(): UploadSession {
    const received = [...this.parts.values()].reduce((sum, { length }) => sum + length, 0)
    return { id: 'u1', size: this.announced?.size, part_size: PART, received } as UploadSession
  }

  #file() {
    return { id: 'f1', name: this.announced?.name } as UploadedFile
  }
}

const problem = (status: number, code: ProblemCode) =>
  new ProblemError(status, { type: 'about:blank', title: '', status, detail: '', code })

const often = (times: number, status: number) =>
  Array.from({ length: times }, () => new ProblemError(status))

let server: FakeServer
let progress: number[]
let begun: [string, number][]
let stalls: boolean[]
let elsewhere: boolean[]
/** Uploads whose turn this page has. */
let turns: string[]
/** What another tab waits for before it gives its turn back. */
let otherTab: Promise<void> | null
let stop: AbortController

beforeEach(() => {
  server = new FakeServer()
  progress = []
  begun = []
  stalls = []
  elsewhere = []
  turns = []
  otherTab = null
  stop = new AbortController()
})

const content = Uint8Array.from({ length: 4500 }, (_, at) => (at * 7) % 251)
const goal = { folderId: 'f1', path: 'photos/may' }
const film = new File([content], 'film.mp4', { type: 'video/mp4' })

function send(file: File, session: string | null = null) {
  return fileSender(server, () => Promise.resolve(), { inTurn }).send(file, {
    handIn: false,
    lifetime: 'usual',
    goal,
    session,
    onBegun: (...upload) => begun.push(upload),
    onProgress: (sent) => progress.push(sent),
    onStalled: (stalled) => stalls.push(stalled),
    onElsewhere: (is) => elsewhere.push(is),
    signal: stop.signal,
  })
}

async function inTurn<T>(
  session: string,
  { onElsewhere }: TurnOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (otherTab) {
    onElsewhere(true)
    await otherTab
    onElsewhere(false)
  }
  turns.push(session)
  try {
    return await work()
  } finally {
    turns.splice(turns.indexOf(session), 1)
  }
}

function stored(): number[] {
  const numbers = [...server.parts.keys()].sort((a, b) => a - b)
  return numbers.flatMap((number) => [...(server.parts.get(number) ?? [])])
}

it('sends a file in parts, three at a time, and completes it', async () => {
  expect(await send(film)).toMatchObject({ id: 'f1' })
  expect(server.announced).toEqual({
    name: 'film.mp4',
    size: 4500,
    type: 'video/mp4',
    handIn: false,
    lifetime: 'usual',
    goal,
  })
  expect(stored()).toEqual([...content])
  expect(server.atOnce).toBe(3)
  expect(begun).toEqual([['u1', 0]])
  expect(progress.at(-1)).toBe(4500)
  expect(Math.min(...progress)).toBe(0)
  expect(stalls).toEqual([])
})

it('sends a part again that was lost, and says that it has stalled', async () => {
  server.failures = [new ProblemError(0), new ProblemError(503), new ProblemError(410)]
  await send(film)
  expect(stored()).toEqual([...content])
  expect(stalls[0]).toBe(true)
  expect(stalls.at(-1)).toBe(false)
  expect(progress.at(-1)).toBe(4500)
})

it('gives up at once where a part is refused for good', async () => {
  server.failures = [new ProblemError(507)]
  await expect(send(film)).rejects.toMatchObject({ status: 507 })
  expect(server.completed).toBe(0)
})

describe('a bucket, which says no in words of its own,', () => {
  it('is sent a part again by a new address, for a while', async () => {
    for (const status of [400, 403]) {
      server = new FakeServer()
      server.failures = often(8, status)
      await send(film)
      expect(stored()).toEqual([...content])
      expect(server.addressed).toBe(5 + 8)
      server = new FakeServer()
      server.failures = often(100, status)
      await expect(send(film)).rejects.toMatchObject({ status })
      expect(server.addressed).toBeLessThan(3 * 9 + 1)
    }
  })

  it('is not what the server is that refuses a part for good', async () => {
    server.failures = [problem(403, 'forbidden')]
    await expect(send(film)).rejects.toMatchObject({ status: 403 })
    expect(server.addressed).toBe(3)
  })

  it('may have lost what was there: that is sent anew, and the file goes on moving', async () => {
    server.failures = [new ProblemError(0), new ProblemError(0), new ProblemError(404)]
    server.isForgetful = true
    await send(film)
    expect(stored()).toEqual([...content])
    expect(begun).toEqual([
      ['u1', 0],
      ['u1', 0],
    ])
    expect(stalls.at(-1)).toBe(false)
    expect(progress.at(-1)).toBe(4500)
  })

  it('may have lost it before the last moment', async () => {
    server.losesAtLast = [2]
    expect(await send(film)).toMatchObject({ id: 'f1' })
    expect(stored()).toEqual([...content])
    expect(begun.at(-1)).toEqual(['u1', 3500])
  })

  it('is given up where it loses everything again and again', async () => {
    server.failures = often(1000, 404)
    await expect(send(film)).rejects.toMatchObject({ status: 404 })
    expect(begun).toHaveLength(4)
  })

  it('has nothing of what the server has given up, which is not begun anew', async () => {
    server.failures = often(3, 404)
    server.get = () => Promise.reject(problem(404, 'not_found'))
    await expect(send(film)).rejects.toMatchObject({ problem: { code: 'not_found' } })
    expect(begun).toHaveLength(1)
  })

  it('has nothing of what became a file by another page', async () => {
    server.failures = [new ProblemError(404)]
    const get = server.get.bind(server)
    server.get = async (id) => ({
      ...(await get(id)),
      file: { id: 'f2' } as UploadedFile,
    })
    expect(await send(film)).toMatchObject({ id: 'f2' })
    expect(server.completed).toBe(0)
  })
})

describe('an upload that was begun', () => {
  beforeEach(async () => {
    await server.begin({
      name: 'film.mp4',
      size: 4500,
      type: '',
      handIn: false,
      goal,
      lifetime: 'usual',
    })
    for (const number of [1, 3, 5]) {
      server.parts.set(number, content.slice((number - 1) * PART, number * PART))
    }
  })

  it('goes on, and nothing that is there is sent again', async () => {
    expect(await send(film, 'u1')).toMatchObject({ id: 'f1' })
    expect(server.puts.sort()).toEqual([2, 4])
    expect(begun).toEqual([['u1', 2500]])
    expect(Math.min(...progress)).toBeGreaterThanOrEqual(2500)
    expect(progress.at(-1)).toBe(4500)
  })

  it('has parts replaced that are of another file', async () => {
    server.parts.set(3, new Uint8Array(PART))
    await send(film, 'u1')
    expect(server.puts.sort()).toEqual([2, 3, 4])
    expect(stored()).toEqual([...content])
  })

  it('is complete already where only the answer was lost', async () => {
    server.completed = 1
    expect(await send(film, 'u1')).toMatchObject({ id: 'f1' })
    expect(server.puts).toEqual([])
  })

  it('begins anew where the server has given it up', async () => {
    server.parts.clear()
    expect(await send(film, 'gone')).toMatchObject({ id: 'f1' })
    expect(server.puts).toHaveLength(5)
  })

  it('is looked at once another tab has ended sending it', async () => {
    const end = new EventTarget()
    otherTab = new Promise((resolve) => end.addEventListener('end', () => resolve()))
    const sending = send(film, 'u1')
    expect([server.addressed, elsewhere]).toEqual([0, [true]])
    server.parts.set(2, content.slice(PART, 2 * PART))
    end.dispatchEvent(new Event('end'))
    await sending
    expect(server.puts).toEqual([4])
    expect(elsewhere).toEqual([true, false])
  })
})

describe('the turn at an upload', () => {
  it('is held while it is sent, and given back', async () => {
    const held: string[][] = []
    const put = server.put.bind(server)
    server.put = (...of) => {
      held.push([...turns])
      return put(...of)
    }
    await send(film)
    await send(film, 'u1')
    expect(held).toHaveLength(5)
    expect(new Set(held.flat())).toEqual(new Set(['u1']))
    expect(turns).toEqual([])
  })

  it('is given back where it fails', async () => {
    server.failures = [new ProblemError(507)]
    await expect(send(film)).rejects.toMatchObject({ status: 507 })
    expect(turns).toEqual([])
  })
})

describe('cancelling', () => {
  it('stops what is on its way', async () => {
    const sending = send(film)
    stop.abort(new Error('cancelled'))
    await expect(sending).rejects.toThrow('cancelled')
    expect(server.completed).toBe(0)
  })

  it('has the server forget what was begun a moment later', async () => {
    const sending = send(film)
    stop.abort(new Error('cancelled'))
    await sending.catch(() => undefined)
    expect(server.aborted).toEqual(['u1'])
    expect(begun).toEqual([])
  })

  it('discards what was begun', () => {
    fileSender(server).discard('u1')
    expect(server.aborted).toEqual(['u1'])
  })
})
