/** The main things people do here, with no mouse. */
import { upload } from '../support/account.ts'
import { expect, test } from '../support/test.ts'

test('the first key leads past the navigation', async ({ person }) => {
  const page = await person()
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Choose files to hand over')).toBeFocused()
})

test('signing in takes the keyboard alone', async ({ person, account }) => {
  const page = await person()
  await page.goto('/sign-in')
  await page.getByLabel('Email').focus()
  await page.keyboard.type(account.email)
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Password')).toBeFocused()
  await page.keyboard.type(account.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: `Account: ${account.username}` })).toBeVisible()
})

test('a file is renamed and shared by the keyboard alone', async ({
  request,
  account,
  signedIn,
}) => {
  await upload(request, account, 'draft.txt', Buffer.from('x'))
  const page = await signedIn(account)
  await page.goto('/files')
  const file = page.getByRole('link', { name: 'draft.txt' })
  await expect(file).toBeVisible()
  await file.focus()
  // Its actions follow the name: link, download, menu.
  for (const name of ['Create link for draft.txt', 'Download draft.txt', 'Actions for draft.txt']) {
    await page.keyboard.press('Tab')
    const action = page.getByRole('button', { name })
    await expect(action).toBeFocused()
    await expect(action).toBeVisible()
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Create link' })).toBeFocused()
  await page.keyboard.press('r')
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('New name for draft.txt')).toBeFocused()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('final.txt')
  await page.keyboard.press('Enter')

  await page.getByRole('link', { name: 'final.txt' }).focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Create link' })
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused()
  await dialog.getByLabel('Password (optional)').focus()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('textbox', { name: 'Share link' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('a code is typed and its files are taken by the keyboard alone', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  await sender.goto('/p2p')
  const file = { name: 'typed.txt', mimeType: 'text/plain', buffer: Buffer.from('typed') }
  await sender.getByLabel('Choose files').setInputFiles(file)
  const code = await sender.getByText(/^\d{4,}-[a-z]+-[a-z]+$/).innerText()

  await receiver.goto('/p2p')
  await receiver.getByLabel('Choose a folder').focus()
  await receiver.keyboard.press('Tab')
  await expect(receiver.getByRole('textbox', { name: 'Message' })).toBeFocused()
  await receiver.keyboard.press('Tab')
  await receiver.keyboard.press('Tab')
  await expect(receiver.getByRole('textbox', { name: 'Room code' })).toBeFocused()
  await receiver.keyboard.type(code)
  await receiver.keyboard.press('Enter')
  await expect(receiver.getByRole('button', { name: 'Accept' })).toBeVisible()
  // The page that a code leads to begins at its main part.
  await expect(receiver.getByRole('main')).toBeFocused()
  // What comes first leads to the doctor, once it is known which path is taken.
  const path = receiver.getByLabel('Connection path').getByRole('button')
  await expect(path).toBeVisible()
  await receiver.keyboard.press('Tab')
  await expect(path).toBeFocused()
  await receiver.keyboard.press('Tab')
  await expect(receiver.getByRole('button', { name: 'Accept' })).toBeFocused()
  await receiver.keyboard.press('Enter')
  await expect(receiver.getByRole('status')).toContainText('Verified')
})

test('somebody is put out by the keyboard alone', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  await sender.goto('/p2p')
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/#/)
  await receiver.goto(await link.inputValue())
  await sender.getByRole('button', { name: /^Options for / }).focus()
  await sender.keyboard.press('Enter')
  await expect(sender.getByRole('menuitem', { name: 'Put out of the room' })).toBeFocused()
  await sender.keyboard.press('Enter')
  await expect(receiver.getByRole('alert')).toContainText('You were put out')
})
