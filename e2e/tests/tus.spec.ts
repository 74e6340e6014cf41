/** Clients that speak tus, as they are released: tus-js-client and Uppy, in a page. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { APIRequestContext, Page } from '@playwright/test'
import { type Account, bearer } from '../support/account.ts'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024

const require = createRequire(import.meta.url)
const TUS = require.resolve('tus-js-client/dist/tus.min.js')
const UPPY = path.join(path.dirname(require.resolve('uppy/package.json')), 'dist/uppy.min.js')

/** Bytes that a page can make as well: no two stretches are alike. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 1) bytes[at] = (at * 31 + (at >> 8) * 7 + (at >> 16)) & 255
  return bytes
}

const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** Names and digests of the files in a library. */
async function library(request: APIRequestContext, account: Account) {
  const answer = await request.get('/api/files', { headers: bearer(account) })
  const { items } = (await answer.json()) as { items: { name: string; sha256: string }[] }
  return Object.fromEntries(items.map(({ name, sha256 }) => [name, sha256]))
}

/** The requests of a page that carry bytes, as `method offset`. */
function requestsOf(page: Page): string[] {
  const requests: string[] = []
  page.on('request', (request) => {
    const offset = request.headers()['upload-offset'] ?? '-'
    if (request.url().includes('/api/tus')) requests.push(`${request.method()} ${offset}`)
  })
  return requests
}

test('tus-js-client sends a file, is interrupted, and goes on where it was', async ({
  account,
  request,
  person,
}) => {
  // Its script is put into the page, which lets no others in.
  const page = await person({ bypassCSP: true })
  await page.goto('/')
  await page.addScriptTag({ path: TUS })
  const requests = requestsOf(page)
  const content = pattern(5 * MIB + 17)
  await page.evaluate(
    async ({ base64, token }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
      const file = new File([bytes], 'film.mp4', { type: 'video/mp4' })
      const { tus } = window as unknown as { tus: TusJsClient }
      const begin = (onChunkComplete: (upload: TusUpload, there: number) => void) =>
        new Promise<TusUpload>((resolve, reject) => {
          const upload: TusUpload = new tus.Upload(file, {
            endpoint: '/api/tus',
            chunkSize: 1024 * 1024,
            headers: { authorization: `Bearer ${token}` },
            metadata: { filename: file.name, filetype: file.type },
            onChunkComplete: (_size, there) => {
              onChunkComplete(upload, there)
            },
            onSuccess: () => {
              resolve(upload)
            },
            onError: reject,
          })
          void upload.findPreviousUploads().then(([previous]) => {
            if (previous) upload.resumeFromPreviousUpload(previous)
            upload.start()
          })
        })
      await new Promise<void>((resolve) => {
        void begin((upload, there) => {
          if (there === 2 * 1024 * 1024) void upload.abort().then(resolve)
        })
      })
      await begin(() => undefined)
    },
    { base64: content.toString('base64'), token: account.accessToken },
  )
  expect(await library(request, account)).toEqual({ 'film.mp4': digestOf(content) })
  const offsets = [0, 1, 2, 3, 4, 5].map((mib) => `PATCH ${mib * MIB}`)
  const patches = requests.filter((each) => each.startsWith('PATCH'))
  // The chunk that was on its way when it was interrupted may have gone out, and goes again.
  expect([...new Set(patches)]).toEqual(offsets)
  expect(requests.filter((each) => each.startsWith('POST'))).toHaveLength(1)
  expect(requests.filter((each) => each.startsWith('HEAD'))).toHaveLength(1)
})

test('Uppy sends several files at once', async ({ account, request, person }) => {
  const page = await person({ bypassCSP: true })
  await page.goto('/')
  await page.addScriptTag({ path: UPPY })
  const contents = { 'one.bin': pattern(3 * MIB), 'two – zwei.bin': pattern(2 * MIB + 5) }
  const sent = await page.evaluate(
    async ({ files, token }) => {
      const { Uppy } = window as unknown as { Uppy: UppyBundle }
      const uppy = new Uppy.Uppy()
      uppy.use(Uppy.Tus, {
        endpoint: '/api/tus',
        chunkSize: 1024 * 1024,
        headers: { authorization: `Bearer ${token}` },
      })
      for (const { name, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        uppy.addFile({ name, type: 'application/octet-stream', data: new Blob([bytes]) })
      }
      const { successful, failed } = await uppy.upload()
      return [successful.length, failed.length]
    },
    {
      files: Object.entries(contents).map(([name, bytes]) => ({
        name,
        base64: bytes.toString('base64'),
      })),
      token: account.accessToken,
    },
  )
  expect(sent).toEqual([2, 0])
  expect(await library(request, account)).toEqual(
    Object.fromEntries(
      Object.entries(contents).map(([name, bytes]) => [name, digestOf(bytes)] as const),
    ),
  )
})

/** As much of the two as is used here, for code that runs in a page. */
interface TusUpload {
  findPreviousUploads(): Promise<unknown[]>
  resumeFromPreviousUpload(previous: unknown): void
  start(): void
  abort(): Promise<void>
}

interface TusJsClient {
  Upload: new (
    file: File,
    options: {
      endpoint: string
      chunkSize: number
      headers: Record<string, string>
      metadata: Record<string, string>
      onChunkComplete: (size: number, there: number) => void
      onSuccess: () => void
      onError: (error: Error) => void
    },
  ) => TusUpload
}

interface UppyBundle {
  Tus: unknown
  Uppy: new () => {
    use(plugin: unknown, options: object): void
    addFile(file: { name: string; type: string; data: Blob }): void
    upload(): Promise<{ successful: unknown[]; failed: unknown[] }>
  }
}
