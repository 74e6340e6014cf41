/** Files from one browser straight to another: the main job of the product. */
import type { Locator } from '@playwright/test'
import { MIXED } from '../support/browsers.ts'
import { stopClock } from '../support/clock.ts'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { downloadsOf, inTheMiddle, offer, progress, status } from '../support/room.ts'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024

test(
  'several files of every kind arrive whole, under their own names',
  MIXED,
  async ({ sender, receiver, received }, testInfo) => {
    const folder = testInfo.outputPath('source')
    const files = [
      await randomFile(folder, 'empty.dat', 0),
      await randomFile(folder, 'small.txt', 11),
      await randomFile(folder, 'it’s “quoted” & it’s <ok> — Ünïcödé 日本語 📦🎉.tar.gz', 700_001),
      await randomFile(folder, 'one block.bin', 256 * 1024),
      await randomFile(folder, 'large.bin', 50 * MIB + 1),
    ]
    const link = await offer(
      sender,
      files.map((file) => file.path),
    )
    await receiver.goto(link)

    const offered = receiver.getByRole('list', { name: 'Files' })
    for (const { name } of files) await expect(offered).toContainText(name)
    expect(await received(), 'nothing comes unasked').toEqual({})
    await receiver.getByRole('button', { name: 'Accept' }).click()

    await expect(status(receiver)).toContainText('Verified', { timeout: 120_000 })
    await expect(status(sender)).toContainText('Verified')
    // No file system takes every name: what Windows forbids becomes an underline.
    const expected = Object.entries(await digests(files)).map(([name, digest]) => [
      name.replace(/[<>]/g, '_'),
      digest,
    ])
    await expect.poll(received).toEqual(Object.fromEntries(expected))
  },
)

test('files chosen on the home page go along to the room', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'from home.bin', 12_345)
  const [sender, receiver] = [await person(), await person()]
  await sender.goto('/')
  await sender.getByLabel('Choose files to hand over').setInputFiles(file.path)
  await sender.getByRole('link', { name: 'Send now' }).click()
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/\/p2p\/[\w-]{22}#[\w-]{22}$/)

  const downloads = downloadsOf(receiver)
  await receiver.goto(await link.inputValue())
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(status(sender)).toContainText('Verified')
  await expect.poll(() => downloads.length).toBe(1)
  expect(await downloadedDigests(downloads)).toEqual(await digests([file]))
})

test('files chosen after the other side has come are offered to it', async ({
  sender,
  receiver,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'late.bin', 5000)
  const link = await offer(sender, [])
  await receiver.goto(link)
  await expect(status(receiver)).toContainText('Waiting for them to choose files')
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(status(receiver)).toContainText('Verified')
  await expect(status(sender)).toContainText('Verified')
})

test('the receiver may decline', async ({ sender, receiver, received }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'unwanted.bin', 5000)
  await receiver.goto(await offer(sender, [file.path]))
  await receiver.getByRole('button', { name: 'Decline' }).click()
  await expect(status(receiver)).toContainText('Declined')
  await expect(status(sender)).toContainText('Declined')
  expect(await received()).toEqual({})
})

for (const who of ['sender', 'receiver'] as const) {
  test(`the ${who} may cancel in the middle`, MIXED, async ({ sender, receiver }, testInfo) => {
    const pages = await inTheMiddle(sender, receiver, testInfo.outputDir)
    await pages[who].getByRole('button', { name: 'Cancel' }).click()
    await expect(status(sender)).toContainText('Cancelled')
    await expect(status(receiver)).toContainText('Cancelled')
  })
}

test(
  'the receiver waits for a sender whose page is gone in the middle',
  MIXED,
  async ({ sender, receiver }, testInfo) => {
    await inTheMiddle(sender, receiver, testInfo.outputDir)
    await sender.close()
    await expect(status(receiver)).toContainText('Waiting for them to come back')
  },
)

test(
  'the sender waits for a receiver whose page is gone in the middle',
  MIXED,
  async ({ sender, receiver }, testInfo) => {
    await inTheMiddle(sender, receiver, testInfo.outputDir)
    await receiver.close()
    await expect(status(sender)).toContainText('Waiting for them to come back')
  },
)

/** How many percent a bar is first seen to have come; a moment later it may be gone. */
async function seenMoving(bar: Locator): Promise<number> {
  let percent = 0
  await expect
    .poll(async () => (percent = Number(await bar.getAttribute('aria-valuenow'))))
    .toBeGreaterThan(0)
  return percent
}

for (const who of ['sender', 'receiver'] as const) {
  test(
    `a ${who} whose page is reloaded in the middle goes on`,
    MIXED,
    async ({ sender, receiver, received }, testInfo) => {
      const file = await randomFile(testInfo.outputPath('source'), 'large.bin', 96 * MIB)
      const pages = { sender, receiver }
      await receiver.goto(await offer(sender, [file.path]))
      await receiver.getByRole('button', { name: 'Accept' }).click()
      const bar = progress(receiver)
      const before = await seenMoving(bar)

      const comesBack = {
        sender: () => sender.getByLabel('Choose files').setInputFiles(file.path),
        receiver: () => Promise.resolve(),
      }
      pages[who].on('dialog', (dialog) => void dialog.accept())
      await pages[who].reload()
      await comesBack[who]()
      expect(await seenMoving(bar)).toBeGreaterThanOrEqual(before)
      await expect(status(receiver)).toContainText('Verified', { timeout: 120_000 })
      await expect(status(sender)).toContainText('Verified')
      await expect.poll(received).toEqual(await digests([file]))
    },
  )
}

test('a room that is not there says so', async ({ person }) => {
  const page = await person()
  await page.goto('/p2p/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAA')
  await expect(page.getByText('This room has ended. Ask for a new link.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Accept' })).toBeHidden()
})

test('a link without its key says so', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  await receiver.goto((await offer(sender, [])).replace(/#.*/, ''))
  await expect(receiver.getByText('This link is not whole')).toBeVisible()
})

test('a link with another key leads nowhere', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'kept.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  const link = await offer(sender, [file.path])
  await receiver.goto(link.replace(/#.*/, '#AAAAAAAAAAAAAAAAAAAAAA'))
  await expect(status(receiver)).toContainText('changed what was said')
  await expect(receiver.getByRole('button', { name: 'Accept' })).toBeHidden()
})

test('a room ends when its sender leaves it', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  const link = await offer(sender, [])
  await sender.getByRole('link', { name: 'ShareSync' }).click()
  await expect(sender).toHaveURL(/\/$/)
  await receiver.goto(link)
  await expect(receiver.getByText('This room has ended. Ask for a new link.')).toBeVisible()
})

test('a room outlives its sender’s page for a while', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  const link = await offer(sender, [])
  await sender.close()
  await receiver.goto(link)
  await expect(status(receiver)).toContainText('Waiting for the other side')
})

test('the other side is told when somebody leaves in the middle', async ({
  sender,
  receiver,
}, testInfo) => {
  await inTheMiddle(sender, receiver, testInfo.outputDir)
  await receiver.getByRole('link', { name: 'ShareSync' }).click()
  await expect(status(sender)).toContainText('other side left')
})

test('a transfer can be paused by either side', MIXED, async ({ sender, receiver }, testInfo) => {
  await inTheMiddle(sender, receiver, testInfo.outputDir)
  for (const [here, there] of [
    [sender, receiver],
    [receiver, sender],
  ] as const) {
    await here.getByRole('button', { name: 'Pause' }).click()
    for (const page of [here, there]) await expect(status(page)).toContainText('Paused')
    await expect(there.getByText('They paused it.')).toBeVisible()
    await here.getByRole('button', { name: 'Resume' }).click()
    await expect(status(there)).not.toContainText('Paused')
  }
})

test('two receivers in one room each get the files', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'for both.bin', 3 * MIB)
  const [sender, first, second] = [await person(), await person(), await person()]
  const link = await offer(sender, [file.path])
  const expected = await digests([file])
  for (const receiver of [first, second]) {
    const downloads = downloadsOf(receiver)
    await receiver.goto(link)
    await receiver.getByRole('button', { name: 'Accept' }).click()
    await expect(status(receiver)).toContainText('Verified')
    await expect.poll(() => downloads.length).toBe(1)
    expect(await downloadedDigests(downloads)).toEqual(expected)
  }
  await expect(status(sender).filter({ hasText: 'Verified' })).toHaveCount(2)
})

test('the copied link is the room’s', async ({ person }) => {
  const sender = await person({ permissions: ['clipboard-read', 'clipboard-write'] })
  const link = await offer(sender, [])
  await stopClock(sender)
  await sender.getByRole('button', { name: 'Copy link' }).click()
  await expect(sender.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await sender.evaluate(() => navigator.clipboard.readText())).toBe(link)
})

test('nothing of a transfer reaches the server', async ({ person, server }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'secret.bin', 2 * MIB)
  const [sender, receiver] = [await person(), await person()]
  let posted = 0
  for (const page of [sender, receiver]) {
    page.on('request', (request) => (posted += request.postDataBuffer()?.length ?? 0))
    page.on('websocket', (socket) => {
      expect(new URL(socket.url()).host).toBe(new URL(server.url).host)
      socket.on('framesent', ({ payload }) => (posted += payload.length))
    })
  }
  await receiver.goto(await offer(sender, [file.path]))
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(status(sender)).toContainText('Verified')
  expect(posted).toBeGreaterThan(0)
  expect(posted).toBeLessThan(64 * 1024)
})
