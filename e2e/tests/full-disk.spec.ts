/** A server whose disk is full: what it refuses, what it still does, and how it goes on. */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import type { APIRequestContext } from '@playwright/test'
import { type Account, bearer, createAccount } from '../support/account.ts'
import { startServerIn } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024

/** A machine whose server has a disk of so many bytes, in memory, at its data folder. */
function machineWithDisk(folder: string, bytes: number) {
  const mounted = `mount -t tmpfs -o size=${bytes} tmpfs '${folder}' && cd '${folder}' && exec "$0"`
  return {
    host: '127.0.0.1',
    machine: {
      spawn: (program: string, _words: string[], options: object) =>
        spawn(
          'unshare',
          ['--user', '--map-root-user', '--mount', 'sh', '-c', mounted, program],
          options,
        ),
    },
  }
}

interface Begun {
  id: string
  parts: { url: string; size: number }[]
}

test('a full disk refuses uploads, and nothing else; they go on when there is room', async ({
  playwright,
}, testInfo) => {
  const folder = testInfo.outputPath('data')
  await mkdir(folder, { recursive: true })
  const server = await startServerIn(folder, machineWithDisk(folder, 48 * MIB))
  const request = await playwright.request.newContext({ baseURL: server.url })
  const account = await createAccount(request)
  const content = randomBytes(16 * MIB)

  const one = await begin(request, account, 'one')
  const two = await begin(request, account, 'two')
  const three = await begin(request, account, 'three')
  const put = async (upload: Begun, part: number) => {
    const { url, size } = upload.parts[part] ?? fail()
    const data = content.subarray(part * 8 * MIB, part * 8 * MIB + size)
    return (await request.put(url, { data })).status()
  }
  const answers: number[] = []
  for (const upload of [one, two, three])
    for (const part of [0, 1]) answers.push(await put(upload, part))
  expect(answers).toEqual([200, 200, 200, 200, 200, 507])

  const small = { name: 'small.bin', mimeType: 'application/octet-stream', buffer: content }
  const form = { headers: bearer(account), multipart: { file: small } }
  const refused = await request.post('/api/upload', form)
  expect(refused.status()).toBe(507)
  expect(await refused.json()).toMatchObject({ code: 'out_of_space' })

  // Everybody else is served, and what makes room can be done.
  expect((await request.get('/api/health/ready')).status()).toBe(200)
  await createAccount(request)
  expect(await complete(request, account, one)).toBe(201)
  const aborted = await request.delete(`/api/uploads/${two.id}`, { headers: bearer(account) })
  expect(aborted.status()).toBe(204)
  await expect.poll(() => put(three, 1)).toBe(200)
  expect(await complete(request, account, three)).toBe(201)

  const files = await request.get('/api/files', { headers: bearer(account) })
  const { items } = (await files.json()) as { items: { id: string; sha256: string }[] }
  expect(items).toHaveLength(2)
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  for (const { id, sha256 } of items) {
    const answer = await request.get(`/api/files/${id}/content`, { headers: bearer(account) })
    expect([sha256, digest(await answer.body())]).toEqual([digest(content), digest(content)])
  }
  await request.dispose()
  await server.stop()
})

function fail(): never {
  throw new Error('there is no such part')
}

async function begin(request: APIRequestContext, account: Account, name: string): Promise<Begun> {
  const data = { name, size: 16 * MIB }
  const answer = await request.post('/api/uploads', { headers: bearer(account), data })
  expect(answer.status()).toBe(201)
  return (await answer.json()) as Begun
}

async function complete(request: APIRequestContext, account: Account, { id }: Begun) {
  const path = `/api/uploads/${id}/complete`
  return (await request.post(path, { headers: bearer(account) })).status()
}
