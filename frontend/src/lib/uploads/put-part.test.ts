import { beforeEach, expect, it, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import { putPart } from './put-part'

/** What the last request was, and how it is answered. */
class FakeRequest {
  static last: FakeRequest
  readonly upload: { onprogress?: (event: { loaded: number }) => void } = {}
  readonly headers: Record<string, string> = {}
  opened: string[] = []
  status = 0
  responseText = ''
  onload = () => undefined
  onerror = () => undefined

  constructor() {
    FakeRequest.last = this
  }

  open(...opened: string[]) {
    this.opened = opened
  }

  setRequestHeader(name: string, value: string) {
    this.headers[name] = value
  }

  send() {
    this.upload.onprogress?.({ loaded: 2 })
  }

  answer(status: number, text: string) {
    Object.assign(this, { status, responseText: text })
    this.onload()
  }
}

let gone: number[]

beforeEach(() => {
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  gone = []
})

function put(address: { url: string; headers?: Record<string, string> }) {
  return putPart(address, new Uint8Array(2), {
    onProgress: (sent) => gone.push(sent),
    signal: new AbortController().signal,
  })
}

it('sends a part with the headers of its address', async () => {
  const url = 'https://s3.example.org/objects/1?partNumber=1'
  const putting = put({ url, headers: { 'x-amz-checksum-sha256': 'bm8=' } })
  FakeRequest.last.answer(200, '')
  await putting
  expect(FakeRequest.last.opened).toEqual(['PUT', url])
  expect(FakeRequest.last.headers).toEqual({ 'x-amz-checksum-sha256': 'bm8=' })
  expect(gone).toEqual([2])
})

it('sends it with none where there are none', async () => {
  const putting = put({ url: '/api/uploads/1/parts/1?signature=1' })
  FakeRequest.last.answer(200, '')
  await putting
  expect(FakeRequest.last.headers).toEqual({})
})

it('takes an answer that is not in the words of the server for its status alone', async () => {
  const putting = put({ url: 'https://s3.example.org/objects/1?partNumber=1' })
  FakeRequest.last.answer(403, '<Error><Code>AccessDenied</Code></Error>')
  await expect(putting).rejects.toEqual(new ProblemError(403))
  await expect(putting).rejects.toMatchObject({ status: 403, problem: undefined })
})

it('keeps what the server says', async () => {
  const putting = put({ url: '/api/uploads/1/parts/1?signature=1' })
  FakeRequest.last.answer(410, '{"code":"expired","detail":"It is too old."}')
  await expect(putting).rejects.toMatchObject({ status: 410, problem: { code: 'expired' } })
})
