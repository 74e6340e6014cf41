// @vitest-environment node
import { bytesToHex } from '@noble/hashes/utils.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { ProblemError } from '@/api/problem'
import type { ReceivedPart, UploadedFile, UploadSession } from '@/api/types'
import { sha256Of } from '@/lib/sha256'
import { fileSender } from './send-file'
import type { Announced, PutOptions, UploadApi } from './upload-api'

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
  /** Parts on their way at one time, at most. */
  atOnce = 0
  #now = 0

  begin(announced: Announced) {
    this.announced = announced
    return Promise.resolve(this.#session())
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
    return Promise.resolve(`${id}/${number}/${sha256}`)
  }

  async put(url: string, bytes: Uint8Array<ArrayBuffer>, { onProgress }: PutOptions) {
    const [, number, sha256] = url.split('/')
    this.#now += 1
    this.atOnce = Math.max(this.atOnce, this.#now)
    onProgress(bytes.length / 2)
    await new Promise((resolve) => setTimeout(resolve))
    this.#now -= 1
    const failure = this.failures.shift()
    if (failure) throw failure
    expect(bytesToHex(await sha256Of(bytes))).toBe(sha256)
    onProgress(bytes.length)
    this.puts.push(Number(number))
    this.parts.set(Number(number), bytes)
  }

  complete() {
    const received = [...this.parts.values()].reduce((sum, { length }) => sum + length, 0)
    if (received !== this.announced?.size) throw new ProblemError(409)
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

let server: FakeServer
let progress: number[]
let begun: [string, number][]
let stalls: boolean[]
let stop: AbortController

beforeEach(() => {
  server = new FakeServer()
  progress = []
  begun = []
  stalls = []
  stop = new AbortController()
})

const content = Uint8Array.from({ length: 4500 }, (_, at) => (at * 7) % 251)
const film = new File([content], 'film.mp4', { type: 'video/mp4' })

function send(file: File, session: string | null = null) {
  return fileSender(server, () => Promise.resolve()).send(file, {
    handIn: false,
    session,
    onBegun: (...upload) => begun.push(upload),
    onProgress: (sent) => progress.push(sent),
    onStalled: (stalled) => stalls.push(stalled),
    signal: stop.signal,
  })
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
  })
  expect(stored()).toEqual([...content])
  expect(server.atOnce).toBe(3)
  expect(begun).toEqual([['u1', 0]])
  expect(progress.at(-1)).toBe(4500)
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

describe('an upload that was begun', () => {
  beforeEach(async () => {
    await server.begin({ name: 'film.mp4', size: 4500, type: '', handIn: false })
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
