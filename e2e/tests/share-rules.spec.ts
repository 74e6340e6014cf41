/** Links for those they name, for one person, with rules that change, and to folders. */
import type { Page } from '@playwright/test'
import { share, upload } from '../support/account.ts'
import { makeFolder } from '../support/library.ts'
import { linkIn, Mailbox } from '../support/mailbox.ts'
import { expect, test } from '../support/test.ts'

const CONTENT = Buffer.from('content')

/** Downloads by that button; whole, or the story ends. */
async function download(page: Page, button: string) {
  const started = page.waitForEvent('download')
  await page.getByRole('button', { name: button, exact: true }).click()
  const downloaded = await started
  expect(await downloaded.failure()).toBeNull()
  return downloaded
}

const createDialog = (page: Page) => page.getByRole('dialog', { name: 'Create link' })

/** Opens the dialog from the file's panel. */
async function startLink(page: Page, file: string) {
  await page.goto(`/files?file=${file}`)
  await page.getByRole('button', { name: 'Create link', exact: true }).click()
  await expect(createDialog(page)).toBeVisible()
}

const mailTest = test.extend<{ mailbox: Mailbox }>({
  mailbox: async ({}, use) => {
    const mailbox = await Mailbox.open()
    await use(mailbox)
    await mailbox.close()
  },
  baseURL: async ({ mailbox, serve }, use) => {
    const variables = { SMTP_URL: mailbox.url, REQUIRE_EMAIL_VERIFICATION: 'false' }
    await use((await serve(variables)).url)
  },
})

mailTest(
  'those a link names are mailed links of their own, and lose them by themselves',
  async ({ account, signedIn, person, mailbox, request, consoles }) => {
    // The link that is revoked is opened once more.
    consoles.expectRefusals(404)
    const file = await upload(request, account, 'plan.txt', CONTENT)
    const owner = await signedIn(account)
    await startLink(owner, file)
    const dialog = createDialog(owner)
    await dialog.getByLabel('For', { exact: true }).selectOption('People I name')
    const people = dialog.getByLabel('Their e-mail addresses')
    await people.fill('ann@example.com')
    await people.press('Enter')
    await people.fill('bob@example.com, eve@example.com,')
    await dialog.getByRole('button', { name: 'Remove eve@example.com' }).click()
    await dialog.getByRole('button', { name: 'Create and send' }).click()
    await expect(dialog.getByRole('listitem')).toContainText(['ann@example.com', 'bob@example.com'])
    await dialog.getByRole('button', { name: 'Done' }).click()

    const [ann, bob] = [await person(), await person()]
    const toAnn = linkIn(await mailbox.next('ann@example.com'))
    await ann.goto(toAnn)
    await expect(ann.getByText('For ann@example.com')).toBeVisible()
    await bob.goto(linkIn(await mailbox.next('bob@example.com')))
    await expect(bob.getByText('For bob@example.com')).toBeVisible()
    await download(bob, 'Download')

    await owner.reload()
    const recipients = owner.getByRole('list', { name: 'Recipients' }).getByRole('listitem')
    await expect(recipients.filter({ hasText: 'ann@' })).toContainText('Opened')
    await expect(recipients.filter({ hasText: 'bob@' })).toContainText('1 download')

    await owner.getByRole('button', { name: 'Edit' }).click()
    const edit = owner.getByRole('dialog', { name: 'Edit link' })
    await edit.getByRole('button', { name: 'Revoke ann@example.com' }).click()
    await edit.getByLabel('More recipients (optional)').fill('eve@example.com')
    await edit.getByRole('button', { name: 'Save' }).click()
    await expect(edit).toBeHidden()
    await expect(recipients.filter({ hasText: 'ann@' })).toContainText('Revoked')
    await ann.goto(toAnn)
    await expect(ann.getByText('There is nothing behind this link')).toBeVisible()
    const eve = await person()
    await eve.goto(linkIn(await mailbox.next('eve@example.com')))
    await expect(eve.getByText('For eve@example.com')).toBeVisible()
  },
)

test('a link that works once is for whoever fetches first', async ({
  account,
  signedIn,
  person,
  request,
  consoles,
}) => {
  // Who comes second is refused.
  consoles.expectRefusals(410)
  const owner = await signedIn(account)
  await startLink(owner, await upload(request, account, 'plan.txt', CONTENT))
  const dialog = createDialog(owner)
  await dialog.getByText('More rules').click()
  const limit = dialog.getByLabel('Download limit (optional)')
  await limit.fill('3')
  await dialog.getByRole('checkbox', { name: 'One time only' }).check()
  await expect(limit).toBeDisabled()
  await expect(limit).toHaveValue('')
  await dialog.getByRole('button', { name: 'Create link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'Share link' }).inputValue()

  const [first, second, third] = [await person(), await person(), await person()]
  for (const page of [first, second]) {
    await page.goto(link)
    await expect(page.getByText('Works once, for one person.')).toBeVisible()
  }
  await download(first, 'Download')
  await second.getByRole('button', { name: 'Download' }).click()
  await expect(second.getByText('It works for one person, each file once.')).toBeVisible()
  await third.goto(link)
  await expect(third.getByRole('heading', { name: 'This link is used up' })).toBeVisible()
})

test('a link that is out gets a password, and loses it again', async ({
  account,
  signedIn,
  person,
  request,
}) => {
  const file = await upload(request, account, 'plan.txt', CONTENT)
  const link = await share(request, account, { file_ids: [file] })
  const [owner, visitor] = [await signedIn(account), await person()]
  const edit = owner.getByRole('dialog', { name: 'Edit link' })
  await owner.goto(`/files?file=${file}`)

  await owner.getByRole('button', { name: 'Edit' }).click()
  await expect(edit.getByLabel('Show names before the password')).toBeHidden()
  await edit.getByLabel('Password (optional)').fill('open sesame')
  await edit.getByLabel('Show names before the password').check()
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(owner.getByText('With a password, names shown before it')).toBeVisible()
  await visitor.goto(link)
  await expect(visitor.getByRole('list', { name: 'What is behind this link' })).toContainText(
    'plan.txt',
  )
  await visitor.getByLabel('Password').fill('open sesame')
  await visitor.getByRole('button', { name: 'Unlock' }).click()
  await download(visitor, 'Download')

  await owner.getByRole('button', { name: 'Edit' }).click()
  await edit.getByLabel('Take the password away').check()
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(owner.getByText('Anyone who has it can use it')).toBeVisible()
  await visitor.goto(link)
  await download(visitor, 'Download')
})

test('a shared folder is seen with what lies in it', async ({ account, person, request }) => {
  const folder_id = await makeFolder(request, account, 'Photos')
  await upload(request, account, 'cover.jpg', CONTENT, { folder_id })
  await upload(request, account, 'beach.jpg', CONTENT, { folder_id, path: 'Trip' })
  const alone = await upload(request, account, 'read me.txt', CONTENT)
  const rules = { file_ids: [alone], folder_ids: [folder_id] }
  const visitor = await person()
  await visitor.goto(await share(request, account, rules))
  await expect(visitor.getByRole('main').getByRole('listitem')).toContainText([
    'read me.txt',
    'Photos',
    'cover.jpg',
    'Trip',
    'beach.jpg',
  ])
  expect((await download(visitor, 'Download beach.jpg')).suggestedFilename()).toBe('beach.jpg')
  expect((await download(visitor, 'Download all')).suggestedFilename()).toMatch(/\.zip$/)
})
