/** The library's folders: made, filled, gone through, renamed, moved; and its list, sorted and selected. */
import path from 'node:path'
import type { Page } from '@playwright/test'
import { upload } from '../support/account.ts'
import { drop } from '../support/drop.ts'
import { randomFile } from '../support/files.ts'
import { choose, makeFolder, moveFiles, names, row } from '../support/library.ts'
import { expect, test } from '../support/test.ts'

const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true })
const open = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
const crumb = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Folders above' }).getByRole('link', { name, exact: true })

/** A folder with folders in it. */
async function tree(at: string): Promise<string> {
  await randomFile(path.join(at, 'photos'), 'cover.jpg', 3000)
  await randomFile(path.join(at, 'photos', '2026', 'may'), 'a.jpg', 5000)
  await randomFile(path.join(at, 'photos', '2026', 'june'), 'a.jpg', 5000)
  return path.join(at, 'photos')
}

async function expectTree(page: Page) {
  await open(page, 'photos')
  await expect.poll(() => names(page)).toEqual(['2026', 'cover.jpg'])
  await open(page, '2026')
  await expect.poll(() => names(page)).toEqual(['june', 'may'])
  await open(page, 'june')
  await expect.poll(() => names(page)).toEqual(['a.jpg'])
}

test('a folder is made, filled, and left by the way up and by the browser’s own', async ({
  account,
  signedIn,
}) => {
  const page = await signedIn(account)
  await page.goto('/files')
  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByRole('dialog', { name: 'New folder' }).getByLabel('Name').fill('Reports')
  await page.getByRole('button', { name: 'Make folder' }).click()
  await open(page, 'Reports')
  await expect(heading(page, 'Reports')).toBeVisible()
  await expect(page).toHaveTitle('Reports · ShareSync')
  await expect(page.getByText('This folder is empty')).toBeVisible()
  const file = { name: 'q3.pdf', mimeType: 'application/pdf', buffer: Buffer.from('x') }
  await page.getByLabel('Upload files').setInputFiles(file)
  await expect(row(page, 'q3.pdf')).toBeVisible()

  await crumb(page, 'Files').click()
  await expect(heading(page, 'Files')).toBeVisible()
  await expect(row(page, 'Reports')).toContainText('1 item')
  await expect(row(page, 'q3.pdf')).toHaveCount(0)
  await page.goBack()
  await expect(row(page, 'q3.pdf')).toBeVisible()
  await page.reload()
  await expect(row(page, 'q3.pdf')).toBeVisible()

  await open(page, 'q3.pdf')
  const panel = page.getByRole('dialog', { name: 'q3.pdf' })
  await expect(panel.getByRole('link', { name: 'Files / Reports' })).toBeVisible()
})

test('a name that is taken is refused in words, for a folder as well', async ({
  account,
  request,
  signedIn,
  consoles,
}) => {
  consoles.expectRefusals(409)
  await makeFolder(request, account, 'Reports')
  const page = await signedIn(account)
  await page.goto('/files')
  await page.getByRole('button', { name: 'New folder' }).click()
  const dialog = page.getByRole('dialog', { name: 'New folder' })
  await dialog.getByLabel('Name').fill('Reports')
  await dialog.getByRole('button', { name: 'Make folder' }).click()
  await expect(dialog.getByRole('alert')).toContainText('has this name already')
})

test('a folder that is chosen or dropped arrives with everything in it', async ({
  account,
  signedIn,
  request,
}, testInfo) => {
  const source = await tree(testInfo.outputDir)
  const inbox = await makeFolder(request, account, 'inbox')
  const page = await signedIn(account)
  await page.goto('/files')
  await page.getByLabel('Upload folder').setInputFiles(source)
  await expect(row(page, 'photos')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Uploads' })).toBeHidden()
  await expectTree(page)

  await page.goto(`/files/${inbox}`)
  await expect(page.getByText('This folder is empty')).toBeVisible()
  await drop(page, source)
  await expect(row(page, 'photos')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Uploads' })).toBeHidden()
  await expectTree(page)

  await page.goto('/upload')
  await page.getByLabel('Choose a folder').setInputFiles(source)
  const uploads = page.getByRole('region', { name: 'Uploads' }).getByRole('listitem')
  await expect(uploads.filter({ hasText: 'Uploaded' })).toHaveCount(3)
  await expect(uploads.filter({ hasText: 'photos/2026/june/' })).toBeVisible()
})

test('a folder is renamed in its place', async ({ account, request, signedIn }) => {
  const id = await makeFolder(request, account, 'Drafts')
  const page = await signedIn(account)
  await page.goto('/files')
  await choose(page, 'Drafts', 'Rename')
  await page.getByLabel('New name for Drafts').fill('Letters')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(row(page, 'Letters')).toBeVisible()
  await page.goto(`/files/${id}`)
  await expect(heading(page, 'Letters')).toBeVisible()
})

test.describe('moving', () => {
  let page: Page
  let year: string

  test.beforeEach(async ({ account, request, signedIn }) => {
    year = await makeFolder(request, account, '2026')
    await makeFolder(request, account, 'may', year)
    await upload(request, account, 'a.jpg', Buffer.from('a'))
    await upload(request, account, 'b.jpg', Buffer.from('b'))
    page = await signedIn(account)
    await page.goto('/files')
    await expect(row(page, 'a.jpg')).toBeVisible()
  })

  test('goes to the folder that is chosen, by the keyboard alone, and back by Undo', async () => {
    for (const name of ['a.jpg', 'b.jpg'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).press('Space')
    await page
      .getByRole('region', { name: 'Selected' })
      .getByRole('button', { name: 'Move to…' })
      .press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Move 2 files' })
    await expect(dialog.getByText('It lies here already.')).toBeVisible()
    await dialog.getByRole('button', { name: '2026' }).press('Enter')
    await expect(dialog.getByRole('button', { name: 'Up to Files' })).toBeVisible()
    // The list that was opened has the focus: its first entry is the way up, and then what lies in it.
    await page.keyboard.press('Tab')
    await expect(dialog.getByRole('button', { name: 'Up to Files' })).toBeFocused()
    await page.keyboard.press('Tab')
    await expect(dialog.getByRole('button', { name: 'may' })).toBeFocused()
    await page.keyboard.press('Enter')
    const here = dialog.getByRole('button', { name: 'Move here' })
    await expect(here).toBeEnabled()
    await here.press('Enter')
    await expect(page.getByText('2 files moved to may', { exact: true })).toBeVisible()
    await expect(row(page, 'a.jpg')).toHaveCount(0)
    await expect(page.getByRole('region', { name: 'Selected' })).toHaveCount(0)
    await page.getByRole('button', { name: 'Undo' }).press('Enter')
    await expect(row(page, 'a.jpg')).toBeVisible()
    await expect(row(page, 'b.jpg')).toBeVisible()
  })

  test('takes what is dragged onto a folder, and onto the way up', async () => {
    await row(page, 'a.jpg').dragTo(row(page, '2026'))
    await expect(page.getByText('a.jpg moved to 2026', { exact: true })).toBeVisible()
    await expect(row(page, 'a.jpg')).toHaveCount(0)
    await open(page, '2026')
    await expect.poll(() => names(page)).toEqual(['may', 'a.jpg'])
    await row(page, 'a.jpg').dragTo(crumb(page, 'Files'))
    await expect(row(page, 'a.jpg')).toHaveCount(0)
    await crumb(page, 'Files').click()
    await expect.poll(() => names(page)).toEqual(['2026', 'b.jpg', 'a.jpg'])
  })

  test('takes along all that is selected', async () => {
    for (const name of ['a.jpg', 'b.jpg'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).check()
    await row(page, 'a.jpg').dragTo(row(page, '2026'))
    await expect(page.getByText('2 files moved to 2026', { exact: true })).toBeVisible()
    await expect.poll(() => names(page)).toEqual(['2026'])
  })

  test('never goes into itself', async () => {
    await choose(page, '2026', 'Move to…')
    const dialog = page.getByRole('dialog', { name: 'Move 2026' })
    await expect(dialog.getByRole('button', { name: '2026' })).toBeDisabled()
  })
})

test('files are sorted by what a column says, folders stay first', async ({
  account,
  request,
  signedIn,
}) => {
  await makeFolder(request, account, 'zoo')
  await upload(request, account, 'b.txt', Buffer.from('12'))
  await upload(request, account, 'c.txt', Buffer.from('123'))
  await upload(request, account, 'a.txt', Buffer.from('1'))
  const page = await signedIn(account)
  await page.goto('/files')
  const column = (name: string) => page.getByRole('columnheader', { name })
  await expect.poll(() => names(page)).toEqual(['zoo', 'a.txt', 'c.txt', 'b.txt'])
  await expect(column('Added')).toHaveAttribute('aria-sort', 'descending')
  await column('Name').getByRole('button').click()
  await expect.poll(() => names(page)).toEqual(['zoo', 'a.txt', 'b.txt', 'c.txt'])
  await expect(column('Name')).toHaveAttribute('aria-sort', 'ascending')
  await column('Name').getByRole('button').click()
  await expect.poll(() => names(page)).toEqual(['zoo', 'c.txt', 'b.txt', 'a.txt'])
  await column('Size').getByRole('button').click()
  await expect.poll(() => names(page)).toEqual(['zoo', 'c.txt', 'b.txt', 'a.txt'])
  await page.reload()
  await expect(column('Size')).toHaveAttribute('aria-sort', 'descending')

  await page.setViewportSize({ width: 360, height: 740 })
  await page.getByRole('button', { name: 'Sorted: Largest first' }).click()
  await page.getByRole('menuitemradio', { name: 'Smallest first' }).click()
  await expect.poll(() => names(page)).toEqual(['zoo', 'a.txt', 'b.txt', 'c.txt'])
})

test('what has a name is found wherever it lies', async ({ account, request, signedIn }) => {
  const photos = await makeFolder(request, account, 'photos')
  await makeFolder(request, account, 'mountains', photos)
  const lake = await upload(request, account, 'Mountain lake.jpg', Buffer.from('x'))
  await upload(request, account, 'other.txt', Buffer.from('y'))
  await moveFiles(request, account, [lake], photos)
  const page = await signedIn(account)
  await page.goto('/files')
  await expect(row(page, 'other.txt')).toBeVisible()
  await page.keyboard.press('/')
  const field = page.getByRole('searchbox', { name: 'Search your files' })
  await expect(field).toBeFocused()
  await page.keyboard.type('mountain')
  await expect.poll(() => names(page)).toEqual(['mountains', 'Mountain lake.jpg'])
  await expect(page).toHaveTitle('“mountain” · ShareSync')
  await row(page, 'Mountain lake.jpg').getByRole('link', { name: 'Files / photos' }).click()
  await expect(heading(page, 'photos')).toBeVisible()
  await expect(field).toHaveValue('')

  await page.goBack()
  await expect(field).toHaveValue('mountain')
  await field.fill('nowhere')
  await expect(page.getByText('Nothing found')).toBeVisible()
  await field.press('Escape')
  await expect(row(page, 'other.txt')).toBeVisible()
})

test('pasted text becomes a file, under the name that it is given', async ({
  account,
  signedIn,
}) => {
  const page = await signedIn(account)
  await page.goto('/files')
  await expect(page.getByText('No files yet')).toBeVisible()
  await paste(page, 'Dear all,\nsee you on Monday.')
  const dialog = page.getByRole('dialog', { name: 'Keep the text as a file' })
  const name = dialog.getByLabel('Name')
  await expect(name).toHaveValue(/^Pasted text \d{4}-\d\d-\d\d \d\d\.\d\d\.txt$/)
  await name.fill('Monday.txt')
  await dialog.getByRole('button', { name: 'Upload' }).click()
  await expect(row(page, 'Monday.txt')).toContainText('28 bytes')
})

/** Pastes text into the page, as Ctrl+V does where nothing has the focus. */
async function paste(page: Page, text: string) {
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }, text)
}

test('a long list is fetched as it is scrolled through, and is selected as far as that goes', async ({
  account,
  request,
  signedIn,
}) => {
  const folder = await makeFolder(request, account, 'many')
  const page = await signedIn(account)
  // As the server would answer of 50,000.
  const size = 200
  const asked: number[] = []
  await page.route(/\/api\/files\?.*folder_id=[^r]/, async (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    asked.push(from)
    const items = Array.from({ length: size }, (_, n) => fileOf(from + n, folder))
    await route.fulfill({
      json: { items, ...(from + size < 50_000 && { next_cursor: String(from + size) }) },
    })
  })
  await page.route(`**/api/folders/${folder}`, async (route) => {
    const details = (await (await route.fetch()).json()) as object
    await route.fulfill({ json: { ...details, files: 50_000 } })
  })
  await page.goto(`/files/${folder}`)
  await expect(row(page, 'file 0')).toBeVisible()
  await expect(page.getByRole('table')).toHaveAttribute('aria-rowcount', '50001')
  expect(asked.every((from) => from === 0)).toBe(true)
  await page.mouse.move(300, 600)
  await page.mouse.wheel(0, 400 * 56)
  await expect(row(page, 'file 400')).toHaveAttribute('aria-rowindex', '402')
  await expect(row(page, 'file 0')).toHaveCount(0)
  expect(Math.max(...asked)).toBeLessThanOrEqual(3 * size)
  await page.keyboard.press('Control+Home')
  await expect(row(page, 'file 0')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Select all' }).click()
  await expect(page.getByText('The first 1,000 rows are selected.', { exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Selected' })).toContainText('1,000 selected')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

test('the box for all rows is ticked when it is pressed, though they are still on their way', async ({
  account,
  request,
  signedIn,
}) => {
  await upload(request, account, 'first.txt', Buffer.from('x'))
  const page = await signedIn(account)
  await page.goto('/files')
  await expect(row(page, 'first.txt')).toBeVisible()
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const asked = page.waitForRequest('**/api/files?*')
  await page.route('**/api/files?*', async (route) => {
    await released
    await route.continue()
  })
  await upload(request, account, 'second.txt', Buffer.from('x'))
  await asked
  const all = page.getByRole('checkbox', { name: 'Select all' })
  await all.check()
  const selected = page.getByRole('region', { name: 'Selected' })
  await expect(selected, 'nothing is selected of which nobody knows').toHaveCount(0)
  await all.uncheck()
  await all.check()
  release()
  await expect(selected).toContainText('2 selected')
  await expect(all).toBeChecked()
})

function fileOf(n: number, folder: string) {
  return {
    id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    name: `file ${n}`,
    size: 1000 + n,
    sha256: '0'.repeat(64),
    content_type: 'image/jpeg',
    created_at: 1_790_000_000_000,
    expires_at: null,
    folder_id: folder,
    scan: 'unscanned',
    shares: 0,
    downloads: 0,
    damaged: false,
  }
}
