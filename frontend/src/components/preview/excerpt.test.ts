import { afterEach, describe, expect, it, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import { decode, EXCERPT, fetchExcerpt } from './excerpt'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('decode', () => {
  it('reads UTF-8, with and without its mark', () => {
    expect(decode(bytes('naïve 日本'), false)).toBe('naïve 日本')
    expect(decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), false)).toBe('a')
  })

  it('reads UTF-16 where it is said', () => {
    expect(decode(new Uint8Array([0xff, 0xfe, 0xe4, 0x00]), false)).toBe('ä')
    expect(decode(new Uint8Array([0xfe, 0xff, 0x00, 0xe4]), false)).toBe('ä')
  })

  it('takes what is no UTF-8 for western', () => {
    expect(decode(new Uint8Array([0x63, 0x61, 0x66, 0xe9]), false)).toBe('café')
  })

  it('leaves out a character that was cut in two', () => {
    expect(decode(bytes('ä日').subarray(0, 4), true)).toBe('ä')
  })

  it('knows what is no text', () => {
    expect(decode(new Uint8Array([0x4d, 0x5a, 0x00, 0x01]), false)).toBeNull()
  })
})

describe('fetchExcerpt', () => {
  afterEach(() => vi.unstubAllGlobals())

  const answering = (response: Response) => {
    const asked = vi.fn<typeof fetch>(() => Promise.resolve(response))
    vi.stubGlobal('fetch', asked)
    return asked
  }
  const { signal } = new AbortController()

  it('asks for the first mebibyte and no more', async () => {
    const asked = answering(new Response('text'))
    expect(await fetchExcerpt('/a', EXCERPT, signal)).toEqual({ text: 'text', cut: false })
    expect(new Headers(asked.mock.calls[0]?.[1]?.headers).get('range')).toBe('bytes=0-1048575')
  })

  it('says when there is more', async () => {
    answering(new Response('text', { status: 206 }))
    expect(await fetchExcerpt('/a', EXCERPT + 1, signal)).toEqual({ text: 'text', cut: true })
  })

  it('throws what the server refuses with, and that nobody answered', async () => {
    answering(Response.json({ code: 'expired', detail: 'over' }, { status: 410 }))
    await expect(fetchExcerpt('/a', 1, signal)).rejects.toMatchObject({ status: 410 })
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')))
    await expect(fetchExcerpt('/a', 1, signal)).rejects.toEqual(new ProblemError(0))
  })
})
