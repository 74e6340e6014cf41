/** What whoever runs the server learns of transfers between browsers: how many, and how much by which path. */
import type { APIRequestContext, Page } from '@playwright/test'
import { hollowFile, randomFile, type SourceFile } from '../support/files.ts'
import { acceptAndPause, connectionPath, inTheMiddle, offer, status } from '../support/room.ts'
import { expect, test as story } from '../support/test.ts'
import { blockUdp, openUdp } from '../support/udp.ts'

const MIB = 1024 * 1024
const ADMIN = { email: 'root@example.org', password: 'nine wet geese on ice' }
const NOTHING = { verified: 0, cancelled: 0, failed: 0, files: 0 }

/** Transfers as the API tells of them. */
interface Sum {
  readonly verified: number
  readonly cancelled: number
  readonly failed: number
  readonly files: number
  readonly bytes: { readonly direct: number; readonly turn: number; readonly relay: number }
}

/** With a server that has counted nothing yet. */
const test = story.extend({
  baseURL: async ({ serve }, use) => {
    await use((await serve({ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password })).url)
  },
})

/** What the administrator is told once a transfer is counted, which is a moment after its end. */
async function counted(request: APIRequestContext): Promise<Sum> {
  const login = await request.post('/api/auth/login', { data: ADMIN })
  const { access_token } = (await login.json()) as { access_token: string }
  const headers = { Authorization: `Bearer ${access_token}` }
  let total: Sum | undefined
  await expect
    .poll(async () => {
      const answer = await request.get('/api/stats/transfers', { headers })
      total = ((await answer.json()) as { total: Sum }).total
      return total.verified + total.cancelled + total.failed
    })
    .toBeGreaterThan(0)
  if (!total) throw new Error('the server was asked')
  return total
}

/** Offers a file, and has it accepted. */
async function pass(sender: Page, receiver: Page, file: SourceFile): Promise<void> {
  await receiver.goto(await offer(sender, [file.path]))
  await receiver.getByRole('button', { name: 'Accept' }).click()
}

test('a file that goes directly is counted with its bytes, and nothing else is', async ({
  person,
  request,
}, testInfo) => {
  const size = 3 * MIB + 7
  const file = await randomFile(testInfo.outputPath('source'), 'direct.bin', size)
  const [sender, receiver] = [await person(), await person()]
  await pass(sender, receiver, file)
  for (const page of [sender, receiver]) await expect(status(page)).toContainText('Verified')
  expect(await counted(request)).toEqual({
    ...NOTHING,
    verified: 1,
    files: 1,
    bytes: { direct: size, turn: 0, relay: 0 },
  })
})

test('the bytes of one file are parted where it changes its path', async ({
  person,
  request,
}, testInfo) => {
  const size = 128 * MIB
  const file = await hollowFile(testInfo.outputPath('source'), 'parted.bin', size)
  const [sender, receiver] = [await person(), await person()]
  for (const page of [sender, receiver]) await page.addInitScript(blockUdp)
  await receiver.goto(await offer(sender, [file.path]))
  await acceptAndPause(receiver, 1)
  await expect(connectionPath(receiver)).toHaveText('Relay')
  for (const page of [sender, receiver]) await page.evaluate(openUdp)
  for (const page of [sender, receiver]) {
    await expect(connectionPath(page)).toHaveText('Direct', { timeout: 120_000 })
  }
  await receiver.getByRole('button', { name: 'Resume' }).click()
  for (const page of [sender, receiver]) {
    await expect(status(page)).toContainText('Verified', { timeout: 240_000 })
  }
  const { bytes, ...rest } = await counted(request)
  expect(rest).toEqual({ ...NOTHING, verified: 1, files: 1 })
  expect(bytes.relay).toBeGreaterThan(0)
  expect(bytes.direct).toBeGreaterThan(0)
  expect(bytes).toEqual({ direct: size - bytes.relay, turn: 0, relay: bytes.relay })
})

test('a transfer that a person stops is counted as that', async ({ person, request }, testInfo) => {
  const { sender, receiver } = await inTheMiddle(await person(), await person(), testInfo.outputDir)
  await receiver.getByRole('button', { name: 'Cancel' }).click()
  for (const page of [sender, receiver]) await expect(status(page)).toContainText('Cancelled')
  const { bytes, ...rest } = await counted(request)
  expect(rest).toEqual({ ...NOTHING, cancelled: 1 })
  expect(bytes.direct).toBeGreaterThan(0)
  expect(bytes).toEqual({ direct: bytes.direct, turn: 0, relay: 0 })
})
