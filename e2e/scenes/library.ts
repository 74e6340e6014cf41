/** Pages about files that are stored: the library, links, and what is handed in. */
import { type APIRequestContext, expect, type Page } from '@playwright/test'
import { type Account, bearer, share, upload } from '../support/account.ts'
import { makeFolder, moveFiles } from '../support/library.ts'
import { anybody, at, LONG_NAME, owner, type Scene, SMALL_FILES } from './scene.ts'

/** All of them. */
export const LIBRARY_SCENES: readonly Scene[] = [
  { name: 'empty library', visitor: owner, open: (page) => at(page, '/files', 'Files') },
  { name: 'upload', visitor: owner, open: (page) => at(page, '/upload', 'Upload') },
  {
    name: 'uploads that have ended',
    visitor: owner,
    open: async (page) => {
      await at(page, '/upload', 'Upload')
      await page.getByLabel('Choose files to upload').setInputFiles(SMALL_FILES)
      // The empty one is refused: both ends of an upload are on the page.
      const uploads = page.getByRole('region', { name: 'Uploads' })
      await expect(uploads.getByRole('listitem').filter({ hasText: 'Uploaded' })).toHaveCount(1)
      await expect(uploads.getByRole('listitem').filter({ hasText: 'Failed' })).toHaveCount(1)
    },
  },
  {
    name: 'nothing handed in',
    visitor: owner,
    open: async (page) => {
      await at(page, '/handed-in', 'Handed in')
      await expect(page.getByRole('link', { name: 'Hand a file in' })).toBeVisible()
    },
  },
  {
    name: 'what one handed in',
    visitor: owner,
    open: async (page) => {
      await at(page, '/upload', 'Upload')
      await page.getByRole('checkbox', { name: 'Hand in to the operators' }).check()
      await page.getByLabel('Choose files to upload').setInputFiles(SMALL_FILES)
      await page.getByRole('link', { name: 'See what you handed in' }).click()
      await expect(page.getByRole('listitem')).toContainText(['Waiting'])
    },
  },
  {
    name: 'where a client hands files in',
    visitor: owner,
    open: async (page) => {
      await actAs(page, 'client')
      await at(page, '/upload', 'Upload')
      await expect(page.getByText('goes to the operators')).toBeVisible()
    },
  },
  {
    name: 'what was handed in, to an operator',
    visitor: owner,
    open: (page) => openHandedIn(page),
  },
  {
    name: 'library',
    visitor: owner,
    open: async (page, request, account) => {
      const id = await upload(request, account, LONG_NAME, Buffer.from('x'))
      await share(request, account, { file_ids: [id] })
      await upload(request, account, 'photo.jpg', Buffer.from('y'))
      await at(page, '/files', 'Files')
      await page.getByRole('checkbox', { name: 'Select photo.jpg' }).check()
    },
  },
  {
    name: 'a folder with folders and files, some selected',
    visitor: owner,
    open: async (page, request, account) => {
      await page.goto(`/files/${await fill(request, account)}`)
      await expect(page.getByRole('heading', { level: 1 })).toContainText('photos')
      await page.getByRole('checkbox', { name: 'Select mountains' }).check()
    },
  },
  {
    name: 'where something is moved to',
    visitor: owner,
    open: async (page, request, account) => {
      await page.goto(`/files/${await fill(request, account)}`)
      await page.getByRole('checkbox', { name: 'Select mountain.jpg' }).check()
      await page.getByRole('button', { name: 'Move to…' }).click()
      await expect(page.getByRole('button', { name: 'Up to Files' })).toBeVisible()
    },
  },
  {
    name: 'what a search has found',
    visitor: owner,
    open: async (page, request, account) => {
      await fill(request, account)
      await page.goto('/files?q=mountain')
      await expect(page.getByRole('link', { name: 'Files / photos' })).toHaveCount(2)
    },
  },
  {
    name: 'an empty folder',
    visitor: owner,
    open: async (page, request, account) => {
      await page.goto(`/files/${await makeFolder(request, account, LONG_NAME)}`)
      await expect(page.getByText('This folder is empty')).toBeVisible()
    },
  },
  {
    name: 'a new folder',
    visitor: owner,
    open: async (page) => {
      await at(page, '/files', 'Files')
      await page.getByRole('button', { name: 'New folder' }).click()
      await expect(page.getByRole('dialog', { name: 'New folder' })).toBeVisible()
    },
  },
  {
    name: 'trash',
    visitor: owner,
    open: async (page, request, account) => {
      const data = {
        file_ids: [await upload(request, account, LONG_NAME, Buffer.from('x'))],
        folder_ids: [await fill(request, account)],
      }
      await request.post('/api/trash', { headers: bearer(account), data })
      await at(page, '/trash', 'Trash')
      await page.getByRole('checkbox', { name: 'Select photos' }).check()
    },
  },
  {
    name: 'empty trash',
    visitor: owner,
    open: async (page) => {
      await at(page, '/trash', 'Trash')
      await expect(page.getByText('The trash is empty')).toBeVisible()
    },
  },
  {
    name: 'a file and its links',
    visitor: owner,
    open: async (page, request, account) => {
      const id = await upload(request, account, LONG_NAME, Buffer.from('x'))
      await share(request, account, { file_ids: [id], max_downloads: 3, password: 'sesame' })
      await page.goto(`/files?file=${id}`)
      await expect(page.getByRole('button', { name: 'End link' })).toBeVisible()
    },
  },
  {
    name: 'making a link',
    visitor: owner,
    open: async (page, request, account) => {
      await upload(request, account, 'photo.jpg', Buffer.from('y'))
      await at(page, '/files', 'Files')
      await page.getByRole('checkbox', { name: 'Select photo.jpg' }).check()
      await page.getByRole('button', { name: 'Create link', exact: true }).click()
      await expect(page.getByRole('dialog', { name: 'Create link' })).toBeVisible()
    },
  },
  {
    name: 'making a link for people one names',
    visitor: owner,
    open: async (page, request, account) => {
      const id = await upload(request, account, 'photo.jpg', Buffer.from('y'))
      await page.goto(`/files?file=${id}`)
      await page.getByRole('button', { name: 'Create link', exact: true }).click()
      const dialog = page.getByRole('dialog', { name: 'Create link' })
      await dialog.getByLabel('For', { exact: true }).selectOption('People I name')
      const people = dialog.getByLabel('Their e-mail addresses')
      await people.fill(`ann@example.com, ${LONG_ADDRESS}, bob`)
      await people.press('Enter')
      await dialog.getByLabel('Password (optional)').fill('sesame')
      await dialog.getByText('More rules').click()
      await dialog.getByRole('checkbox', { name: 'One time only' }).check()
      await expect(dialog.getByText('is no e-mail address')).toBeVisible()
    },
  },
  {
    name: 'for whom a link was made',
    visitor: owner,
    open: async (page, request, account) => {
      const id = await upload(request, account, 'photo.jpg', Buffer.from('y'))
      await page.goto(`/files?file=${id}`)
      await page.getByRole('button', { name: 'Create link', exact: true }).click()
      const dialog = page.getByRole('dialog', { name: 'Create link' })
      await dialog.getByLabel('For', { exact: true }).selectOption('People I name')
      await dialog.getByLabel('Their e-mail addresses').fill(`ann@example.com, ${LONG_ADDRESS}`)
      await dialog.getByRole('button', { name: 'Create link' }).click()
      await expect(dialog.getByText('Made for')).toBeVisible()
    },
  },
  {
    name: 'a link with recipients',
    visitor: owner,
    open: async (page, request, account) => {
      const id = await openLinkWithRecipients(page, request, account)
      await page.goto(`/files?file=${id}`)
      await expect(page.getByText(/^Opened/)).toBeVisible()
    },
  },
  {
    name: 'changing a link',
    visitor: owner,
    open: async (page, request, account) => {
      const id = await openLinkWithRecipients(page, request, account)
      await page.goto(`/files?file=${id}`)
      await page.getByRole('button', { name: 'Edit' }).click()
      await page.getByRole('button', { name: 'Revoke ann@example.com' }).click()
      await page.getByText('More rules').click()
      await expect(page.getByText('Loses access when you save')).toBeVisible()
    },
  },
  {
    name: 'shared files',
    visitor: anybody,
    open: async (page, request, account) => {
      const ids = [
        await upload(request, account, LONG_NAME, Buffer.from('x')),
        await upload(request, account, 'photo.jpg', Buffer.from('y')),
      ]
      await page.goto(await share(request, account, { file_ids: ids }))
      await expect(page.getByText('photo.jpg')).toBeVisible()
    },
  },
  {
    name: 'a shared folder, for somebody and once',
    visitor: anybody,
    open: async (page, request, account) => {
      const folder_id = await makeFolder(request, account, 'Photos')
      const x = Buffer.from('x')
      await upload(request, account, 'cover.jpg', x, { folder_id })
      await upload(request, account, LONG_NAME, x, { folder_id, path: '2026/Trip to the sea/raw' })
      const alone = await upload(request, account, 'read me.txt', x)
      const rules = { file_ids: [alone], folder_ids: [folder_id], recipients: [LONG_ADDRESS] }
      await page.goto(await share(request, account, { ...rules, one_time: true }))
      await expect(page.getByText('Trip to the sea')).toBeVisible()
    },
  },
  {
    name: 'names before a password',
    visitor: anybody,
    open: async (page, request, account) => {
      const id = await upload(request, account, LONG_NAME, Buffer.from('y'))
      const rules = { file_ids: [id], password: 'sesame', names_shown: true }
      await page.goto(await share(request, account, rules))
      await expect(page.getByRole('list', { name: 'What is behind this link' })).toBeVisible()
    },
  },
  {
    name: 'a link with a password',
    visitor: anybody,
    open: async (page, request, account) => {
      const id = await upload(request, account, 'photo.jpg', Buffer.from('y'))
      await page.goto(await share(request, account, { file_ids: [id], password: 'sesame' }))
      await expect(page.getByRole('button', { name: 'Unlock' })).toBeVisible()
    },
  },
  {
    name: 'a link that leads nowhere',
    visitor: anybody,
    refusals: [404],
    open: (page) => at(page, '/s/AAAAAAAAAAAAAAAAAAAAAA'),
  },
]

const LONG_ADDRESS = 'somebody-with-a-long-name@department-of-long-names.example.org'

/** Makes a file with such a link, opens it as one of them, and returns the file's id. */
async function openLinkWithRecipients(
  page: Page,
  request: APIRequestContext,
  account: Account,
): Promise<string> {
  const id = await upload(request, account, 'photo.jpg', Buffer.from('y'))
  const recipients = ['ann@example.com', LONG_ADDRESS]
  const rules = { file_ids: [id], recipients, password: 'sesame', names_shown: true }
  await page.goto(await share(request, account, rules))
  await expect(page.getByText('For ann@example.com')).toBeVisible()
  return id
}

/** One that waits and one that was fetched. */
const HANDED_IN = [
  { id: 'a', name: LONG_NAME, size: 5_000_000 },
  { id: 'b', name: 'photo.jpg', size: 7, fetched_at: 1_790_000_000_000, fetched_by: 'operator' },
].map((file) => ({
  ...file,
  from: 'client',
  from_email: 'a-client-with-a-long-name@department.example.org',
  created_at: 1_780_000_000_000,
}))

/** Makes a folder with a folder and a file in it, and returns its id. */
async function fill(request: APIRequestContext, account: Account): Promise<string> {
  const folder = await makeFolder(request, account, 'photos')
  await makeFolder(request, account, 'mountains', folder)
  const file = await upload(request, account, 'mountain.jpg', Buffer.from('x'))
  await moveFiles(request, account, [file], folder)
  return folder
}

/** Has the page take whoever is signed in for somebody in that role. */
async function actAs(page: Page, role: string) {
  await page.route('/api/me', async (route) => {
    const me = (await (await route.fetch()).json()) as object
    await route.fulfill({ json: { ...me, role } })
  })
}

/** Has an operator see what was handed in, coming from the mail about the first. */
async function openHandedIn(page: Page) {
  await actAs(page, 'ops')
  await page.route('/api/handed-in?*', (route) => route.fulfill({ json: { items: HANDED_IN } }))
  await at(page, '/handed-in?file=a', 'Handed in')
  await expect(page.getByText('From the mail', { exact: true })).toBeVisible()
}
