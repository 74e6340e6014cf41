/** Files kept on the server: an account, a library, links, and who fetched what. */
import type { Page } from '@playwright/test'
import { newCredentials, share, signIn, upload } from '../support/account.ts'
import { digests, downloadedDigests, hollowFile, randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

const MIB = 1024 * 1024

/** Starts a download and waits for its first sign. */
async function download(page: Page, button: string) {
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: button }).click()
  return started
}

async function unlock(page: Page, password: string) {
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Unlock' }).click()
}

/** The address of the link that the open dialog makes by these rules. */
async function createLink(page: Page, rules: { password: string; limit: string }) {
  const dialog = page.getByRole('dialog', { name: 'Create link' })
  await dialog.getByLabel('Password (optional)').fill(rules.password)
  await dialog.getByText('More rules').click()
  await dialog.getByLabel('Download limit (optional)').fill(rules.limit)
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Share link' }).inputValue()
  await dialog.getByRole('button', { name: 'Done' }).click()
  return link
}

test('a file goes from its owner to somebody with the link, once', async ({
  person,
  consoles,
}, testInfo) => {
  // A wrong password and a link used up are part of this story.
  consoles.expectRefusals(401, 410)
  const { email, username, password } = newCredentials()
  const source = await randomFile(testInfo.outputDir, 'Bericht «Q3» – final.pdf', 3 * MIB + 17)
  const owner = await person()
  let link = ''

  await test.step('the owner registers, signs out and signs in', async () => {
    await owner.goto('/register')
    await owner.getByLabel('Email').fill(email)
    await owner.getByLabel('Username').fill(username)
    await owner.getByLabel('Password').fill(password)
    await owner.getByRole('button', { name: 'Create account' }).click()
    await expect(owner.getByRole('heading', { name: 'Files', exact: true })).toBeVisible()
    await owner.getByRole('button', { name: `Account: ${username}` }).click()
    await owner.getByRole('menuitem', { name: 'Sign out' }).click()

    // The library asks for an account by itself.
    await expect(owner.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await signIn(owner, { email, password })
    await expect(owner.getByRole('button', { name: `Account: ${username}` })).toBeVisible()
  })

  await test.step('uploads the file and makes a link with a password, for one download', async () => {
    await owner.getByRole('link', { name: 'Upload', exact: true }).click()
    await owner.getByLabel('Choose files to upload').setInputFiles(source.path)
    const uploads = owner.getByRole('region', { name: 'Uploads' })
    await expect(uploads.getByRole('listitem')).toContainText('Uploaded')
    await uploads.getByRole('button', { name: 'Create link', exact: true }).click()
    link = await createLink(owner, { password: 'open sesame', limit: '1' })
    expect(new URL(link).pathname).toMatch(/^\/s\/[\w-]{22}$/)
  })

  const receiver = await person()

  await test.step('somebody opens it, and needs the password', async () => {
    await receiver.goto(link)
    await expect(receiver.getByRole('heading', { level: 1 })).toContainText(username)
    await expect(receiver.getByText(source.name)).toBeHidden()
    await unlock(receiver, 'open barley')
    await expect(receiver.getByText(/not the password of this link/i)).toBeVisible()
    await unlock(receiver, 'open sesame')
    await expect(receiver.getByText(source.name)).toBeVisible()
  })

  await test.step('and downloads the file whole', async () => {
    const downloaded = await download(receiver, 'Download')
    expect(await downloadedDigests([downloaded])).toEqual(await digests([source]))
  })

  await test.step('the next one is told that the link is used up', async () => {
    await receiver.reload()
    await expect(receiver.getByRole('heading', { name: 'This link is used up' })).toBeVisible()
  })

  await test.step('and the owner sees the download', async () => {
    await owner.getByRole('link', { name: 'Files', exact: true }).click()
    await owner.getByRole('link', { name: source.name }).click()
    const record = owner
      .getByRole('dialog', { name: source.name })
      .getByRole('region', { name: 'Downloads' })
      .getByRole('listitem')
    await expect(record).toContainText('Someone with the link')
    await expect(record).toContainText('Completed')
  })
})

test.describe('in the library', () => {
  let page: Page

  test.beforeEach(async ({ request, account, signedIn }) => {
    await upload(request, account, 'first.txt', Buffer.from('one'))
    await upload(request, account, 'second.txt', Buffer.from('two'))
    page = await signedIn(account)
    await page.goto('/files')
  })

  async function choose(file: string, action: string) {
    await page.getByRole('button', { name: `Actions for ${file}` }).click()
    await page.getByRole('menuitem', { name: action }).click()
  }

  const row = (file: string) => page.getByRole('link', { name: file, exact: true })

  test('a file is renamed', async () => {
    await choose('first.txt', 'Rename')
    await page.getByLabel('New name for first.txt').fill('träge “neu”.txt')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect(row('träge “neu”.txt')).toBeVisible()
    await page.reload()
    await expect(row('träge “neu”.txt')).toBeVisible()
    await expect(row('first.txt')).toBeHidden()
  })

  test('a name that is taken, or cannot be one, is refused in words', async ({ consoles }) => {
    consoles.expectRefusals(409, 422)

    await choose('first.txt', 'Rename')
    const name = page.getByLabel('New name for first.txt')
    for (const refused of ['second.txt', 'a/b.txt']) {
      await name.fill(refused)
      await page.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByRole('alert')).toContainText(/\w+ \w+/)
    }
    await name.press('Escape')
    await expect(row('first.txt')).toBeVisible()
  })

  test('a deleted file comes back by Undo', async () => {
    await choose('first.txt', 'Delete')
    await expect(row('first.txt')).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(row('first.txt')).toBeVisible()
    await page.reload()
    await expect(row('first.txt')).toBeVisible()
  })

  test('a deleted file stays deleted', async () => {
    await choose('first.txt', 'Delete')
    await expect(page.getByText('first.txt moved to trash', { exact: true })).toBeVisible()
    await page.reload()
    await expect(row('second.txt')).toBeVisible()
    await expect(row('first.txt')).toBeHidden()
  })

  test('several files go by one link, and are fetched one by one', async ({ person }) => {
    await page.getByRole('checkbox', { name: 'Select all' }).check()
    await page.getByRole('button', { name: 'Create link', exact: true }).click()
    const link = await createLink(page, { password: '', limit: '' })
    const receiver = await person()
    await receiver.goto(link)
    for (const name of ['first.txt', 'second.txt']) {
      const downloaded = await download(receiver, `Download ${name}`)
      expect(downloaded.suggestedFilename()).toBe(name)
      expect(await downloaded.failure()).toBeNull()
    }
  })

  test('its own file is downloaded', async () => {
    const started = page.waitForEvent('download')
    await choose('second.txt', 'Download')
    expect((await started).suggestedFilename()).toBe('second.txt')
  })
})

test('a file too large is refused before it is sent', async ({ account, signedIn }, testInfo) => {
  const large = await hollowFile(testInfo.outputDir, 'large.bin', 501 * MIB)
  const page = await signedIn(account)
  await page.goto('/upload')
  await expect(page.getByText('Up to 500 MB a file')).toBeVisible()
  const sent: string[] = []
  page.on('request', (request) => sent.push(request.method()))
  await page.getByLabel('Choose files to upload').setInputFiles(large.path)
  const uploads = page.getByRole('region', { name: 'Uploads' })
  await expect(uploads.getByRole('listitem')).toContainText('Failed')
  await expect(uploads).toContainText('500 MB')
  expect(sent).not.toContain('POST')
})

test('a link that was never made says so', async ({ person, consoles }) => {
  consoles.expectRefusals(404)
  const page = await person()
  await page.goto('/s/AAAAAAAAAAAAAAAAAAAAAA')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('nothing behind this link')
})

test('a page for people with an account asks for it, and goes on from there', async ({
  account,
  person,
}) => {
  const page = await person()
  await page.goto('/files')
  await signIn(page, account)
  await expect(page.getByRole('heading', { name: 'Files', level: 1 })).toBeVisible()
})

test('a wrong password does not sign in', async ({ account, person, consoles }) => {
  consoles.expectRefusals(401)
  const page = await person()
  await page.goto('/sign-in')
  await signIn(page, { ...account, password: 'not the password' })
  await expect(page.getByRole('alert')).toContainText(/password/i)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('a link is public: it needs no account and shows no other file', async ({
  request,
  account,
  person,
}) => {
  const shared = await upload(request, account, 'shared.txt', Buffer.from('for you'))
  await upload(request, account, 'private.txt', Buffer.from('not for you'))
  const page = await person()
  await page.goto(await share(request, account, { file_ids: [shared] }))
  await expect(page.getByText('shared.txt')).toBeVisible()
  await expect(page.getByText('private.txt')).toBeHidden()
})
