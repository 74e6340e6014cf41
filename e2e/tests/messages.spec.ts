/** What two people write to each other, and what they paste. */
import type { Page } from '@playwright/test'
import { stopClock } from '../support/clock.ts'
import { randomFile } from '../support/files.ts'
import { offer, status } from '../support/room.ts'
import { expect, test } from '../support/test.ts'

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const log = (page: Page) => page.getByRole('log', { name: 'What was written' })

async function write(page: Page, text: string): Promise<void> {
  await message(page).fill(text)
  await page.getByRole('button', { name: 'Send message' }).click()
}

test('messages pass both ways, without a file, and come again after a reload', async ({
  person,
}) => {
  const [host, guest] = [await person(), await person()]
  const link = await offer(host, [])
  const markup = '<img src=x onerror="document.title=\'broken\'"> & a\nsecond line'
  await write(host, markup)
  await expect(log(host)).toContainText('Not delivered yet')

  await guest.goto(link)
  await expect(log(guest)).toContainText(markup)
  await expect(log(guest).getByRole('img')).toHaveCount(0)
  await expect(log(host)).toContainText('Delivered')

  await message(guest).fill('got it')
  await message(guest).press('Enter')
  await expect(log(host)).toContainText('got it')
  await guest.reload()
  await expect(log(guest)).toContainText(markup)
  await expect(log(guest)).toContainText('second line')
  await expect(log(host).getByText('got it')).toHaveCount(1)
})

test('messages pass beside files, and stay when those are there', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'a.bin', 5_000_000)
  const [host, guest] = [await person(), await person()]
  await guest.goto(await offer(host, [file.path]))
  await expect(guest.getByRole('button', { name: 'Accept' })).toBeVisible()
  await write(guest, 'what is it?')
  await write(host, 'the tickets')
  await expect(log(guest)).toContainText('the tickets')
  await guest.getByRole('button', { name: 'Accept' }).click()
  await expect(status(guest)).toContainText('Verified')
  await expect(log(guest)).toContainText('the tickets')
  // Nothing passes any more where the transfer is over, and no page pretends that it does.
  for (const page of [guest, host]) await expect(message(page)).toHaveCount(0)
  await expect(log(host)).toContainText('what is it?')
})

test('a message can be copied as it was written', async ({ person }) => {
  const [host, guest] = [await person(), await person()]
  await guest.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const link = await offer(host, [])
  await guest.goto(link)
  const text = 'one\n  two\tthree'
  await write(host, text)
  await expect(log(guest)).toContainText('three')
  await stopClock(guest)
  await log(guest).getByRole('button', { name: 'Copy' }).click()
  await expect(log(guest).getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await guest.evaluate(() => navigator.clipboard.readText())).toBe(text)
})

/** Pastes into whatever has the focus, as the browser does it. */
async function paste(page: Page, what: { text?: string; file?: string }): Promise<void> {
  await page.evaluate(({ text, file }) => {
    const clipboardData = new DataTransfer()
    if (text !== undefined) clipboardData.setData('text/plain', text)
    if (file !== undefined) clipboardData.items.add(new File(['pixels'], file))
    const target = document.activeElement ?? document.body
    target.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    )
  }, what)
}

test('pasted files are offered, and pasted text becomes a message', async ({ person }) => {
  const [host, guest] = [await person(), await person()]
  const link = await offer(host, [])
  await paste(host, { file: 'image.png' })
  await expect(host.getByRole('list', { name: 'Files' })).toContainText('image.png')
  await paste(host, { text: 'see the picture' })
  await expect(message(host)).toHaveValue('see the picture')
  await expect(message(host)).toBeFocused()
  await message(host).press('Enter')

  await guest.goto(link)
  await expect(guest.getByRole('list', { name: 'Files' })).toContainText('image.png')
  await expect(log(guest)).toContainText('see the picture')
})

test('what is copied from a document goes into a field as text', async ({ person }) => {
  const host = await person()
  await offer(host, [])
  await message(host).focus()
  await paste(host, { text: 'a paragraph', file: 'picture of it.png' })
  await expect(host.getByRole('list', { name: 'Files' })).toHaveCount(0)
  await paste(host, { file: 'image.png' })
  await expect(host.getByRole('list', { name: 'Files' })).toContainText('image.png')
  await expect(host.getByRole('list', { name: 'Files' })).not.toContainText('picture of it')
})

test('what is too long for a message is sent as a file', async ({ person }) => {
  const [host, guest] = [await person(), await person()]
  const link = await offer(host, [])
  await guest.goto(link)
  await expect(status(host)).toContainText('choose files to send')
  await message(host).fill('é'.repeat(4097))
  await host.getByRole('button', { name: 'Add as a file' }).click()
  await expect(message(host)).toHaveValue('')
  await expect(guest.getByRole('list', { name: 'Files' })).toContainText('message.txt')

  // Whoever receives has no files to add it to, and loses nothing of it.
  await message(guest).fill('é'.repeat(4097))
  await message(guest).press('Enter')
  await expect(guest.getByRole('alert')).toContainText('more than a message takes')
  await expect(message(guest)).toHaveValue('é'.repeat(4097))
})
