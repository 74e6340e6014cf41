/** Files that are not taken in: told before a byte of them is sent where that can be known, and in plain words otherwise. */
import type { Page } from '@playwright/test'
import { expect, test as base } from '../support/test.ts'

const test = base.extend({
  baseURL: async ({ serve }, use) => {
    const variables = {
      DEFAULT_ROLE: 'client',
      MAX_CONTENT_LENGTH_CLIENT: String(1024 * 1024),
      REFUSED_TYPES: 'application/vnd.microsoft.portable-executable',
    }
    await use((await serve(variables)).url)
  },
})

const uploads = (page: Page) => page.getByRole('region', { name: 'Uploads' }).getByRole('listitem')

const file = (name: string, buffer: Buffer) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer,
})

const PROGRAM = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1'), Buffer.alloc(4096)])

test('a program that is called a picture is refused in words, and nothing of it stays', async ({
  account,
  signedIn,
  consoles,
}) => {
  consoles.expectRefusals(415)
  const page = await signedIn(account)
  await page.goto('/upload')
  await expect(page.getByText('Up to 1 MB a file')).toBeVisible()
  const choose = page.getByLabel('Choose files to upload')
  await choose.setInputFiles(file('photo.jpg', PROGRAM))
  await expect(uploads(page)).toContainText(
    'This file is called photo.jpg, but its content is a program.',
  )
  await expect(uploads(page).getByRole('button', { name: /again/i })).toHaveCount(0)
  await page.reload()
  await expect(page.getByText('Nothing yet. What you upload is listed here.')).toBeVisible()
  await expect(page.getByText('1 GB of your storage free')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Not finished' })).toHaveCount(0)
})

test('what is larger than one may send, or of a type that is not taken, is refused before it is sent', async ({
  account,
  signedIn,
}) => {
  const page = await signedIn(account)
  await page.goto('/upload')
  await expect(page.getByText('No programs for Windows.')).toBeVisible()
  await expect(page.getByText(/250 million pixels/)).toBeVisible()
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url())
  })
  const choose = page.getByLabel('Choose files to upload')
  await choose.setInputFiles([
    file('large.bin', Buffer.alloc(1024 * 1024 + 1)),
    file('setup.exe', Buffer.from('hello')),
  ])
  await expect(uploads(page).nth(0)).toContainText('the limit here is 1 MB')
  await expect(uploads(page).nth(1)).toContainText('Files of this type are not taken here.')
  expect(sent).toEqual([])
})
