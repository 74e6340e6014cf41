/** Devices behind one address: they see each other if they wish to, and one sends to another without a link. */
import type { BrowserContextOptions, Page } from '@playwright/test'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { expect, test } from '../support/test.ts'

const WORDS = /Check that both screens say\s+([a-z]+ [a-z]+)/

const status = (page: Page) => page.getByRole('status')
const faces = (page: Page) => page.getByRole('button', { name: /^Send to / })
const compare = (page: Page) => page.getByRole('group', { name: 'Compare the words' })

/** Opens the page, and wishes to be seen; returns what this device is called. */
async function appear(page: Page): Promise<string> {
  await page.goto('/p2p')
  await page.getByRole('switch', { name: 'Be seen by devices nearby' }).click()
  return nameOf(page)
}

/** What this device is called nearby. */
async function nameOf(page: Page): Promise<string> {
  const said = page.getByText(/^You are seen as /)
  await expect(said).toBeVisible()
  return /^You are seen as (.+) by others/.exec(await said.innerText())?.[1] ?? ''
}

/** The words that a page asks its person to check. */
async function wordsOn(page: Page): Promise<string> {
  const said = page.getByText(WORDS)
  await expect(said).toBeVisible()
  return WORDS.exec(await said.innerText())?.[1] ?? ''
}

/** One has a file and sends it to another, whose person accepts both who it is and what it is. */
async function sendAndAccept(sender: Page, receiver: Page, to: string): Promise<string> {
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  const words = await wordsOn(receiver)
  expect(await wordsOn(sender), 'the words on the two screens').toBe(words)
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(receiver).toHaveURL(/\/p2p\/[\w-]{22}#[\w-]{22}$/)
  await expect(receiver.getByText(/ offers 1 file, /)).toBeVisible()
  return words
}

test('two see each other, one sends, and a third that did not ask is not seen', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'near.bin', 300_000)
  const [sender, receiver, third] = [await person(), await person(), await person()]
  await third.goto('/p2p')
  const [from, to] = [await appear(sender), await appear(receiver)]
  for (const page of [sender, receiver]) await expect(faces(page)).toHaveCount(1)
  await expect(faces(third)).toHaveCount(0)

  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  const asked = receiver.getByRole('region', { name: 'Somebody nearby' })
  await expect(asked.getByText(`${from.split(' on ')[0]} wants to send you files`)).toBeVisible()
  await expect(receiver).toHaveTitle(/ wants to send you files · ShareSync$/)
  const words = await wordsOn(receiver)
  expect(await wordsOn(sender)).toBe(words)

  await asked.getByRole('button', { name: 'Accept' }).click()
  const download = receiver.waitForEvent('download')
  await expect(receiver.getByText(/ offers 1 file, /)).toBeVisible()
  await receiver.getByRole('textbox', { name: 'Message' }).fill('thank you')
  await receiver.getByRole('button', { name: 'Send message' }).click()
  const log = sender.getByRole('log', { name: 'What was written' })
  await expect(log).toContainText(to.split(' on ')[0] ?? '')
  await expect(log).toContainText('thank you')
  await receiver.getByRole('button', { name: 'Accept' }).click()
  for (const page of [sender, receiver]) {
    await expect(status(page)).toContainText('Verified')
    await expect(compare(page)).toContainText(`Compare the words: ${words}`)
    await compare(page).getByRole('button', { name: 'They match' }).click()
    await expect(page.getByText('Checked by comparing the words')).toBeVisible()
  }
  expect(await downloadedDigests([await download])).toEqual(await digests([file]))
  // Each is known to the other by the name that was seen before.
  const region = (page: Page, name: string) => page.getByRole('region', { name })
  await expect(region(sender, `Transfer to ${to.split(' on ')[0]}`)).toBeVisible()
  await expect(region(receiver, `Transfer from ${from.split(' on ')[0]}`)).toBeVisible()
  await expect(receiver.getByText(to.split(' on ')[0] ?? '', { exact: true })).toBeVisible()
})

test('pressing a face without files asks for them, and then sends', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'after.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  await appear(sender)
  const to = await appear(receiver)
  const choosing = sender.waitForEvent('filechooser')
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  await (await choosing).setFiles(file.path)
  await wordsOn(receiver)
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(receiver.getByText(/ offers 1 file, /)).toBeVisible()
})

test('whoever declines is not led anywhere, and the sender is told', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'unwanted.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  await appear(sender)
  const to = await appear(receiver)
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  const before = receiver.url()
  await receiver.getByRole('button', { name: 'Decline' }).click()
  await expect(sender.getByText(`${to.split(' on ')[0]} declined.`)).toBeVisible()
  await expect(receiver.getByRole('region', { name: 'Somebody nearby' })).toBeHidden()
  expect(receiver.url()).toBe(before)
  await expect(status(sender)).toContainText('Waiting for the other side')
})

test('a sender that gives up takes the question away', async ({ person }, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'withdrawn.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  await appear(sender)
  const to = await appear(receiver)
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  await wordsOn(receiver)
  await sender.getByRole('button', { name: 'Cancel' }).click()
  await expect(receiver.getByRole('region', { name: 'Somebody nearby' })).toBeHidden()
})

/** Who finds that the words differ, and what the other side hears of it. */
const doubts = [
  { doubter: 'sender', other: 'receiver', hears: 'The other side left.' },
  { doubter: 'receiver', other: 'sender', hears: 'Waiting for the other side' },
] as const

for (const { doubter, other, hears } of doubts) {
  test(`words that differ end the room of the ${doubter}`, async ({ person }, testInfo) => {
    const file = await randomFile(testInfo.outputPath('source'), 'doubted.bin', 5000)
    const pages = { sender: await person(), receiver: await person() }
    await appear(pages.sender)
    const to = await appear(pages.receiver)
    await pages.sender.getByLabel('Choose files').setInputFiles(file.path)
    await sendAndAccept(pages.sender, pages.receiver, to)
    const page = pages[doubter]
    await compare(page).getByRole('button', { name: 'They differ' }).click()
    await expect(page.getByRole('alert')).toContainText('somebody may be between')
    await expect(compare(page)).toBeHidden()
    await expect(status(pages[other])).toContainText(hears)

    const room = new URL(page.url()).pathname
    await page.getByRole('button', { name: 'Start over' }).click()
    await expect(page.getByRole('textbox', { name: 'Room link' })).toHaveValue(/#/)
    await expect(page.getByRole('textbox', { name: 'Room link' })).not.toHaveValue(RegExp(room))
  })
}

test('a server that changes what is revealed brings no question to any screen', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'wanted.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  await receiver.routeWebSocket(/\/socket\.io\//, (route) => {
    const server = route.connectToServer()
    server.onMessage((data) => {
      const text = data.toString()
      route.send(text.replace(/"reveal":"[\w-]{43}"/, `"reveal":"${'A'.repeat(43)}"`))
    })
  })
  await appear(sender)
  const to = await appear(receiver)
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  await expect(sender.getByText(/ declined\.$| does not answer\.$/)).toBeVisible()
  await expect(receiver.getByRole('region', { name: 'Somebody nearby' })).toBeHidden()
})

test('the wish to be seen is kept, and taken back', async ({ person }) => {
  const [page, other] = [await person(), await person()]
  await appear(page)
  await appear(other)
  await expect(faces(other)).toHaveCount(1)
  await page.reload()
  await nameOf(page)
  await expect(faces(page)).toHaveCount(1)
  await expect(faces(other)).toHaveCount(1)

  const wish = page.getByRole('switch', { name: 'Be seen by devices nearby' })
  await expect(wish).toBeChecked()
  await wish.click()
  await expect(faces(other)).toHaveCount(0)
  await expect(other.getByText('Nobody else yet')).toBeVisible()
  await page.reload()
  await expect(wish).not.toBeChecked()
})

test('whoever enters somebody else’s room is not seen meanwhile', async ({ person }) => {
  const [host, guest, other] = [await person(), await person(), await person()]
  await host.goto('/p2p')
  const link = host.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/#/)
  await appear(other)
  await appear(guest)
  await expect(faces(other)).toHaveCount(1)
  await guest.goto(await link.inputValue())
  await expect(status(guest)).toContainText('Waiting for them')
  await expect(faces(other)).toHaveCount(0)
})

test('a device nearby is sent to, and answers, by the keyboard alone', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'keyed.bin', 5000)
  const [sender, receiver] = [await person(), await person()]
  for (const page of [sender, receiver]) {
    await page.goto('/p2p')
    await page.getByRole('switch', { name: 'Be seen by devices nearby' }).focus()
    await page.keyboard.press('Space')
    await nameOf(page)
  }
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await expect(faces(sender)).toHaveCount(1)
  await sender.getByRole('switch', { name: 'Be seen by devices nearby' }).focus()
  await sender.keyboard.press('Tab')
  await expect(faces(sender)).toBeFocused()
  await sender.keyboard.press('Enter')

  await wordsOn(receiver)
  await expect(receiver.getByRole('alert')).toContainText('wants to send you files')
  await receiver.getByRole('button', { name: 'Accept' }).focus()
  await receiver.keyboard.press('Tab')
  await expect(receiver.getByRole('button', { name: 'Decline' })).toBeFocused()
  await receiver.keyboard.press('Shift+Tab')
  await receiver.keyboard.press('Enter')
  await expect(receiver.getByText(/ offers 1 file, /)).toBeVisible()
})

/** What a phone's person sees at the moments that matter: nothing falls off the screen. */
const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 } }

test('a card to accept is in sight on a phone, also far down the page', async ({
  person,
}, testInfo) => {
  const file = await randomFile(testInfo.outputPath('source'), 'pocket.bin', 5000)
  const [sender, receiver] = [await person(), await person(PHONE)]
  await appear(sender)
  const to = await appear(receiver)
  await sender.getByLabel('Choose files').setInputFiles(file.path)
  await receiver.getByRole('button', { name: 'Copy link' }).scrollIntoViewIfNeeded()
  await sender.getByRole('button', { name: `Send to ${to}` }).click()
  await expect(receiver.getByRole('button', { name: 'Accept' })).toBeInViewport({ ratio: 1 })
})
