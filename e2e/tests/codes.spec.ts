/** Codes that are said aloud, and what whoever made a room may do about who is in it. */
import type { Page } from '@playwright/test'
import { MIXED } from '../support/browsers.ts'
import { digests, randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

const CODE = /^[1-9]\d{3,}-[a-z]+-[a-z]+$/

const status = (page: Page) => page.getByRole('status')

/** Opens a room with these files, and returns its code. */
async function host(page: Page, files: readonly string[]): Promise<string> {
  await page.goto('/p2p')
  await page.getByLabel('Choose files').setInputFiles([...files])
  return codeOn(page)
}

/** The code on the page, once it is none of those before. */
async function codeOn(page: Page, ...before: string[]): Promise<string> {
  const shown = page.getByText(CODE)
  await expect(shown).toBeVisible()
  for (const code of before) await expect(shown).not.toHaveText(code)
  return shown.innerText()
}

/** Types a code. */
async function join(page: Page, code: string) {
  await page.goto('/p2p')
  // Key by key: put there at once by its driver, a Firefox keeps it from the page.
  await page.getByRole('textbox', { name: 'Room code' }).pressSequentially(code)
  await page.getByRole('button', { name: 'Join' }).click()
}

/** The same code with its words the other way round, or another second word where they are the same. */
function wrong(code: string): string {
  const [number, first, second] = code.split('-')
  return first === second ? `${number}-orbit-canyon` : `${number}-${second}-${first}`
}

test(
  'a code leads to the files, however it is typed',
  MIXED,
  async ({ sender, receiver, received }, testInfo) => {
    const file = await randomFile(testInfo.outputPath('source'), 'said aloud.bin', 300_000)
    const code = await host(sender, [file.path])
    await join(receiver, ` ${code.replaceAll('-', ' ').toUpperCase()} `)

    await expect(receiver).toHaveURL(/\/p2p\/[\w-]{22}#[\w-]{22}$/)
    await receiver.getByRole('button', { name: 'Accept' }).click()
    await expect(status(receiver)).toContainText('Verified')
    await expect(status(sender)).toContainText('Verified')
    await expect.poll(received).toEqual(await digests([file]))
    await expect(receiver.getByText('Checked with the code')).toBeVisible()
    await expect(sender.getByText('Checked with the room’s key')).toBeVisible()
    await expect(sender.getByText('Somebody came in with the code.')).toBeVisible()
  },
)

test('whoever comes by the link is checked with its key, over the path that is shown', async ({
  person,
}) => {
  const [sender, receiver] = [await person(), await person()]
  await host(sender, [])
  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  for (const page of [sender, receiver]) {
    await expect(page.getByLabel('Connection path')).toHaveText('Direct')
    await expect(page.getByText('Checked with the key in the link')).toBeVisible()
  }
})

test('a code that is reloaded after stays the way somebody came', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  await join(receiver, await host(sender, []))
  await expect(receiver.getByText('Checked with the code')).toBeVisible()
  await receiver.reload()
  await expect(receiver.getByText('Checked with the code')).toBeVisible()
})

test('a wrong guess costs a code, and both sides are told', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  const first = await host(sender, [])
  await join(receiver, wrong(first))
  await expect(receiver.getByText('The words were not right.')).toBeVisible()
  await expect(sender.getByText('Somebody tried a wrong code. Here is a new one.')).toBeVisible()

  const second = await codeOn(sender, first)
  await join(receiver, first)
  await expect(receiver.getByText('There is no such code')).toBeVisible()
  await join(receiver, second)
  await expect(status(receiver)).toContainText('Waiting for them to choose files')
})

test('what is mistyped is named before anything is tried', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  const code = await host(sender, [])
  for (const [typed, said] of [
    ['orbit-canyon', 'A code begins with a number'],
    ['4821-orbitt-canyon', 'The first word is none of ours.'],
    ['4821-orbit-canyonn', 'The second word is none of ours.'],
    ['4821', 'A code is a number and two words.'],
  ] as const) {
    await join(receiver, typed)
    await expect(receiver.getByRole('alert')).toContainText(said)
  }
  await receiver.getByRole('textbox', { name: 'Room code' }).fill(await codeOn(receiver))
  await receiver.getByRole('button', { name: 'Join' }).click()
  await expect(receiver.getByRole('alert')).toContainText('This is the code of this page.')
  expect(await codeOn(sender), 'no guess was made').toBe(code)
})

test('whoever has files is asked for no code', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'mine.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  await host(sender, [])
  await expect(sender.getByRole('textbox', { name: 'Room code' })).toBeVisible()
  await receiver.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
  await expect(status(sender)).toContainText('Connected')
  await expect(sender.getByRole('textbox', { name: 'Room code' })).toBeHidden()
  await receiver.getByRole('link', { name: 'ShareSync' }).click()
  await expect(sender.getByRole('textbox', { name: 'Room code' })).toBeVisible()
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await expect(sender.getByRole('textbox', { name: 'Room code' })).toBeHidden()
})

test('a page that comes back opens a new code', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  const first = await host(sender, [])
  await sender.reload()
  await join(receiver, await codeOn(sender, first))
  await expect(status(receiver)).toContainText('Waiting for them to choose files')
})

test('nobody new comes into a locked room', async ({ person }) => {
  const [sender, receiver, late] = [await person(), await person(), await person()]
  const code = await host(sender, [])
  const link = await sender.getByRole('textbox', { name: 'Room link' }).inputValue()
  await receiver.goto(link)
  await expect(status(sender)).toContainText('Connected')
  await sender.getByRole('button', { name: 'Lock the room' }).click()
  await expect(sender.getByText('nobody new can come in')).toBeVisible()
  await expect(sender.getByText(CODE)).toBeHidden()

  await late.goto(link)
  await expect(late.getByRole('alert')).toContainText('This room is locked')
  await join(late, code)
  await expect(late.getByText('There is no such code')).toBeVisible()

  await sender.getByRole('button', { name: 'Unlock the room' }).click()
  await join(late, await codeOn(sender, code))
  await expect(status(late)).toContainText('Waiting for them to choose files')
})

test('whoever is put out is out, and is told so', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'for few.bin', 5000)
  const [sender, wanted, unwanted] = [await person(), await person(), await person()]
  await host(sender, [file.path])
  const link = await sender.getByRole('textbox', { name: 'Room link' }).inputValue()
  await wanted.goto(link)
  await expect(status(wanted)).toContainText('Ready when you are')
  await unwanted.goto(link)
  await unwanted.getByRole('button', { name: 'Accept' }).click()
  await expect(status(unwanted)).toContainText('Verified')

  await sender
    .getByRole('button', { name: /^Options for / })
    .last()
    .click()
  await sender.getByRole('menuitem', { name: 'Put out of the room' }).click()
  await expect(unwanted.getByRole('alert')).toContainText('You were put out of this room.')
  await expect(unwanted.getByRole('button', { name: 'Try again' })).toBeHidden()
  await expect(unwanted.getByRole('button', { name: 'Save for few.bin again' })).toBeVisible()
  await expect(sender.getByRole('button', { name: /^Options for / })).toHaveCount(1)
  await wanted.getByRole('button', { name: 'Accept' }).click()
  await expect(status(wanted)).toContainText('Verified')
})

test('the tab says how far it is', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'titled.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  await join(receiver, await host(sender, [file.path]))
  await expect(receiver).toHaveTitle('Receive · ShareSync')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  for (const page of [sender, receiver]) {
    await expect(page).toHaveTitle('Verified · titled.bin · ShareSync')
  }
})
