/** A file whose bytes the server's disk has changed: who is told, and how. */
import { mkdir, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { createAccount, share, signIn, upload } from '../support/account.ts'
import { startServerIn } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

/** Changes one bit of the only object in a data folder. */
async function damage(folder: string) {
  const entries = await readdir(path.join(folder, 'objects'), {
    recursive: true,
    withFileTypes: true,
  })
  const [object] = entries.filter((entry) => entry.isFile())
  if (!object) throw new Error('nothing is stored')
  const file = await open(path.join(object.parentPath, object.name), 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, 100_000)
  byte.writeUInt8(byte.readUInt8() ^ 1)
  await file.write(byte, 0, 1, 100_000)
  await file.close()
}

test('a damaged file is refused to whoever asks, and shown to its owner as what it is', async ({
  person,
  consoles,
  playwright,
}, testInfo) => {
  consoles.expectRefusals(500)
  const folder = testInfo.outputPath('data')
  await mkdir(folder, { recursive: true })
  const server = await startServerIn(folder)
  const request = await playwright.request.newContext({ baseURL: server.url })
  const account = await createAccount(request)
  const file = await upload(request, account, 'report.pdf', Buffer.alloc(200_000, 7))
  const link = await share(request, account, { file_ids: [file] })
  await damage(folder)
  const [owner, taker] = [await person(), await person()]

  await test.step('whoever has the link gets none of it, and is told from then on', async () => {
    await taker.goto(link)
    const begun = taker.waitForEvent('download')
    await taker.getByRole('button', { name: 'Download' }).click()
    expect(await (await begun).failure()).not.toBeNull()
    await taker.getByRole('button', { name: 'Download' }).click()
    await expect(taker.getByText('has to be sent again')).toBeVisible()
  })

  await test.step('its owner sees it in the library', async () => {
    await owner.goto(`${server.url}/files`)
    await signIn(owner, account)
    const row = owner.getByRole('row', { name: 'report.pdf' })
    await expect(row.getByText('Damaged')).toBeVisible()
    await row.getByRole('link', { name: 'report.pdf' }).click()
    const panel = owner.getByRole('dialog', { name: 'report.pdf' })
    await expect(panel.getByRole('alert')).toContainText('Upload it again')
    await expect(panel.getByRole('button', { name: 'Download' })).toBeHidden()
    await owner.screenshot({ path: testInfo.outputPath('damaged.png') })
  })

  // What a page says of a server that has stopped is no part of this.
  for (const page of [owner, taker]) await page.close()
  await server.stop()
})
