/** Pages about file requests: those of whoever asks, and what is seen by whom they ask. */
import { expect, type Page } from '@playwright/test'
import { bearer } from '../support/account.ts'
import { makeFolder } from '../support/library.ts'
import { holdParts } from '../support/parts.ts'
import { ask, chooser, sent } from '../support/requests.ts'
import { anybody, at, LONG_NAME, owner, type Scene, SMALL_FILES } from './scene.ts'

const PART = 8 * 1024 * 1024

const STRICT = {
  title: 'Photos of the trip',
  message: 'All that you have, please.\n\nhttps://example.org/is-only-text',
  max_files: 3,
  max_file_size: 2 * PART,
  types: ['text/*', 'application/pdf'],
  expires_in: 86_400,
}

/** All of them. */
export const REQUEST_SCENES: readonly Scene[] = [
  {
    name: 'no requests',
    visitor: owner,
    open: async (page) => {
      await at(page, '/requests', 'Requests')
      await expect(page.getByText('No requests yet')).toBeVisible()
    },
  },
  {
    name: 'requests',
    visitor: owner,
    open: async (page, request, account) => {
      const folder = await makeFolder(request, account, LONG_NAME)
      await ask(request, account, { title: 'Old things', folder_id: folder })
      const data = { file_ids: [], folder_ids: [folder] }
      await request.post('/api/trash', { headers: bearer(account), data })
      await ask(request, account, STRICT)
      await ask(request, account, { title: LONG_NAME.slice(0, 100), password: 'sesame' })
      await at(page, '/requests', 'Requests')
      await expect(page.getByText('Folder in the trash')).toBeVisible()
    },
  },
  {
    name: 'asking for files',
    visitor: owner,
    open: async (page, request, account) => {
      await page.goto(`/files/${await makeFolder(request, account, LONG_NAME)}`)
      await page.getByRole('button', { name: 'Request files' }).click()
      const dialog = page.getByRole('dialog', { name: 'Request files' })
      await dialog.getByText('Limits').click()
      await dialog.getByLabel('Other types (optional)').fill('zip')
      await dialog.getByLabel('What you ask for').focus()
      await expect(dialog.getByText('is no media type')).toBeVisible()
    },
  },
  {
    name: 'the folder that files are asked for',
    visitor: owner,
    open: async (page, request, account) => {
      await makeFolder(request, account, 'Trip')
      await at(page, '/requests', 'Requests')
      await page.getByRole('button', { name: 'Request files' }).click()
      await page.getByRole('button', { name: 'Choose folder' }).click()
      await expect(page.getByRole('button', { name: 'Trip' })).toBeVisible()
    },
  },
  {
    name: 'a request that was just made',
    visitor: owner,
    open: async (page) => {
      await at(page, '/requests', 'Requests')
      await page.getByRole('button', { name: 'Request files' }).click()
      await page.getByLabel('What you ask for').fill('Photos')
      await page.getByRole('button', { name: 'Create request' }).click()
      await expect(page.getByRole('textbox', { name: 'Request link' })).toBeVisible()
    },
  },
  {
    name: 'changing a request',
    visitor: owner,
    open: async (page, request, account) => {
      await ask(request, account, { ...STRICT, password: 'sesame' })
      await at(page, '/requests', 'Requests')
      await page.getByRole('button', { name: 'Edit Photos' }).click()
      await page.getByText('Limits').click()
      await expect(page.getByLabel('Take the password away')).toBeVisible()
    },
  },
  {
    name: 'ending a request',
    visitor: owner,
    open: async (page, request, account) => {
      await ask(request, account, STRICT)
      await at(page, '/requests', 'Requests')
      await page.getByRole('button', { name: 'End Photos' }).click()
      await expect(page.getByRole('button', { name: 'End request' })).toBeVisible()
    },
  },
  {
    name: 'a file that came by a request',
    visitor: owner,
    open: async (page, request, account) => {
      const folder_id = await makeFolder(request, account, 'Trip')
      const { url } = await ask(request, account, { title: 'Photos', folder_id })
      const stranger = await page.context().newPage()
      await stranger.goto(url)
      await stranger.getByLabel('Your name (optional)').fill('Ann')
      await chooser(stranger, account).setInputFiles(SMALL_FILES)
      await expect(sent(stranger).filter({ hasText: 'Sent' })).toHaveCount(1)
      await stranger.close()
      await page.goto(`/files/${folder_id}`)
      await page.getByRole('link', { name: 'notes.txt', exact: true }).click()
      await expect(page.getByText('Ann, through')).toBeVisible()
    },
  },
  {
    name: 'a request to a stranger',
    visitor: anybody,
    open: async (page, request, account) => {
      await page.goto((await ask(request, account, STRICT)).url)
      await expect(page.getByLabel('What is taken')).toContainText('3 more files')
    },
  },
  {
    name: 'files that go to a request',
    visitor: anybody,
    open: async (page, request, account) => {
      await page.goto((await ask(request, account, STRICT)).url)
      await holdParts(page, (part) => part > 1)
      await chooser(page, account).setInputFiles([
        ...SMALL_FILES,
        { name: `${LONG_NAME}.txt`, mimeType: 'text/plain', buffer: Buffer.alloc(PART + 1, 'x') },
        { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.alloc(9, 'x') },
      ])
      await expect(sent(page).filter({ hasText: '8 MB of' })).toHaveCount(1)
      await expect(sent(page).filter({ hasText: 'Sent' })).toHaveCount(1)
      await page.getByRole('button', { name: /^Pause / }).click()
      await expect(sent(page).filter({ hasText: 'Paused' })).toHaveCount(1)
    },
  },
  {
    name: 'thanks for the last files that were asked for',
    visitor: anybody,
    refusals: [410],
    open: async (page, request, account) => {
      await page.goto((await ask(request, account, { title: 'Notes', max_files: 1 })).url)
      await chooser(page, account).setInputFiles(SMALL_FILES)
      await expect(page.getByText('has all the files that were asked for')).toBeVisible()
    },
  },
  {
    name: 'a request with a password',
    visitor: anybody,
    refusals: [401],
    open: async (page, request, account) => {
      await page.goto((await ask(request, account, { title: 'Notes', password: 'sesame' })).url)
      await page.getByLabel('Password').fill('barley')
      await page.getByRole('button', { name: 'Unlock' }).click()
      await expect(page.getByText('not the password of this request')).toBeVisible()
    },
  },
  {
    name: 'a request that has all its files',
    visitor: anybody,
    refusals: [410],
    open: async (page, request, account) => {
      const { url } = await ask(request, account, { title: 'Notes', max_files: 1 })
      await fill(await page.context().newPage(), url)
      await at(page, url, 'This request has all its files')
    },
  },
  {
    name: 'a request that there is not',
    visitor: anybody,
    refusals: [404],
    open: (page) => at(page, '/r/AAAAAAAAAAAAAAAAAAAAAA', 'Nobody asks for files here'),
  },
]

/** Sends a file to a request, and leaves. */
async function fill(page: Page, url: string) {
  await page.goto(url)
  await page.getByLabel(/^Choose files to send to /).setInputFiles(SMALL_FILES)
  await expect(sent(page).filter({ hasText: 'Sent' })).toHaveCount(1)
  await page.close()
}
