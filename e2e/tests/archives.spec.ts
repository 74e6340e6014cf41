/** Several files as one ZIP: all that a link leads to, and what is ticked in the library. */
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Download, Page } from '@playwright/test'
import { unzipSync } from 'fflate'
import { share, upload } from '../support/account.ts'
import { choose, makeFolder, moveFiles, row } from '../support/library.ts'
import { expect, test } from '../support/test.ts'

/** Names that every system writes in its own way. */
const FILES: Record<string, Buffer> = {
  'Bericht «Q3» – final.pdf': randomBytes(700_001),
  "🐻 “it's quoted”.txt": Buffer.from('grr'),
  'photo.jpg': randomBytes(65_536),
}

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Names and digests of files. */
function digests(files: Record<string, Uint8Array>): Record<string, string> {
  const entries = Object.entries(files).map(([name, content]) => [name, digest(content)] as const)
  return Object.fromEntries(entries)
}

/** The same of what is in an archive. */
async function unpacked(download: Download): Promise<Record<string, string>> {
  return digests(unzipSync(await readFile(await download.path())))
}

async function download(page: Page, button: string): Promise<Download> {
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: button, exact: true }).click()
  return started
}

test.describe('through a link', () => {
  let ids: string[]

  test.beforeEach(async ({ request, account }) => {
    ids = []
    for (const [name, content] of Object.entries(FILES)) {
      ids.push(await upload(request, account, name, content))
    }
  })

  test('all files come as one', async ({ request, account, person }) => {
    const page = await person()
    await page.goto(await share(request, account, { file_ids: ids }))
    await expect(page.getByText('One ZIP, 748 KB')).toBeVisible()
    const archive = await download(page, 'Download all')
    expect(archive.suggestedFilename()).toBe(`Files from ${account.username}.zip`)
    expect(await unpacked(archive)).toEqual(digests(FILES))
    await expect(page.getByText('The download has started.')).toBeVisible()
  })

  test('behind a password, and only once where the link is for once', async ({
    request,
    account,
    person,
    consoles,
  }) => {
    consoles.expectRefusals(410)
    const rules = { file_ids: ids, password: 'open sesame', max_downloads: 1 }
    const page = await person()
    await page.goto(await share(request, account, rules))
    await expect(page.getByRole('button', { name: 'Download all' })).toBeHidden()
    await page.getByLabel('Password').fill('open sesame')
    await page.getByRole('button', { name: 'Unlock' }).click()
    const archive = await download(page, 'Download all')
    expect(await unpacked(archive)).toEqual(digests(FILES))
    await page.reload()
    await expect(page.getByRole('heading', { name: 'This link is used up' })).toBeVisible()
  })

  test('where one of them was fetched before, the others still are', async ({
    request,
    account,
    person,
    consoles,
  }) => {
    consoles.expectRefusals(410)
    const page = await person()
    await page.goto(await share(request, account, { file_ids: ids, max_downloads: 1 }))
    await (await download(page, 'Download photo.jpg')).path()
    await page.getByRole('button', { name: 'Download all' }).click()
    await expect(page.getByRole('alert')).toContainText('Download the others one by one')
    const other = await download(page, 'Download Bericht «Q3» – final.pdf')
    expect(await other.failure()).toBeNull()
  })

  test('a single file has a single button', async ({ request, account, person }) => {
    const page = await person()
    await page.goto(await share(request, account, { file_ids: ids.slice(0, 1) }))
    await expect(page.getByRole('button', { name: 'Download', exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Download all' })).toBeHidden()
  })
})

test('what is ticked in the library comes as one, by the keyboard alone', async ({
  request,
  account,
  signedIn,
}) => {
  for (const [name, content] of Object.entries(FILES)) await upload(request, account, name, content)
  await upload(request, account, 'left out.txt', Buffer.from('x'))
  const page = await signedIn(account)
  await page.goto('/files')
  const bar = page.getByRole('region', { name: 'Selected', exact: true })
  for (const name of Object.keys(FILES)) {
    await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).press('Space')
  }
  await expect(bar.getByRole('status')).toContainText('3 selected · 748 KB')
  const started = page.waitForEvent('download')
  await bar.getByRole('button', { name: 'Download as ZIP' }).press('Enter')
  const archive = await started
  expect(archive.suggestedFilename()).toBe('files.zip')
  expect(await unpacked(archive)).toEqual(digests(FILES))

  await test.step('one alone comes as it is, and none is none', async () => {
    for (const name of Object.keys(FILES).slice(1)) {
      await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).press('Space')
    }
    const alone = await download(page, 'Download')
    expect(alone.suggestedFilename()).toBe('Bericht «Q3» – final.pdf')
    await bar.getByRole('button', { name: 'Clear selection' }).press('Enter')
    await expect(bar).toBeHidden()
    await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(0)
  })
})

test('a folder is fetched whole, and a link leads to it and to what is ticked beside it', async ({
  account,
  request,
  signedIn,
  person,
}) => {
  const photos = await makeFolder(request, account, 'photos')
  const june = await makeFolder(request, account, 'june', photos)
  const lake = await upload(request, account, 'lake.jpg', Buffer.from('lake'))
  const hill = await upload(request, account, 'hill.jpg', Buffer.from('hill'))
  await upload(request, account, 'letter.txt', Buffer.from('dear'))
  await moveFiles(request, account, [lake], photos)
  await moveFiles(request, account, [hill], june)
  const tree = {
    'photos/lake.jpg': Buffer.from('lake'),
    'photos/june/hill.jpg': Buffer.from('hill'),
  }
  const page = await signedIn(account)
  await page.goto('/files')
  await expect(row(page, 'photos')).toBeVisible()
  const started = page.waitForEvent('download')
  await choose(page, 'photos', 'Download as ZIP')
  expect(await unpacked(await started)).toEqual(digests(tree))

  await page.getByRole('checkbox', { name: 'Select photos' }).click()
  await page.getByRole('checkbox', { name: 'Select letter.txt' }).click()
  const bar = page.getByRole('region', { name: 'Selected' })
  await bar.getByRole('button', { name: 'Create link' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create link' })
  await expect(dialog).toContainText('1 file and 1 folder')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByLabel('Share link').inputValue()

  const visitor = await person()
  await visitor.goto(link)
  await expect(visitor.getByText('hill.jpg')).toBeVisible()
  const all = await download(visitor, 'Download all')
  expect(await unpacked(all)).toEqual(digests({ ...tree, 'letter.txt': Buffer.from('dear') }))
})
