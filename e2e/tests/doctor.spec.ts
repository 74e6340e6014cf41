/** How two people are connected, and why not better, as the page finds out when it is asked. */
import type { Page } from '@playwright/test'
import { stopClock } from '../support/clock.ts'
import { startServer } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

const doctor = (page: Page) => page.getByRole('dialog', { name: 'How you are connected' })

/** What opens the doctor: the way that is in use. */
const path = (page: Page) => page.getByLabel('Connection path').getByRole('button')

/** Two pages in one room, with files on offer. */
async function meet(sender: Page, receiver: Page, address = '') {
  await sender.goto(`${address}/p2p`)
  const file = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('note') }
  await sender.getByLabel('Choose files').setInputFiles(file)
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/#/)
  await receiver.goto(await link.inputValue())
  return link.inputValue()
}

test('the way in use tells more when it is pressed, and its report can be copied', async ({
  person,
}) => {
  const permissions = ['clipboard-read', 'clipboard-write']
  const [sender, receiver] = [await person({ permissions }), await person()]
  const link = await meet(sender, receiver)
  await expect(path(sender)).toHaveText('Direct')
  await path(sender).click()
  await expect(doctor(sender)).toContainText('You are connected directly.')
  await expect(doctor(sender).getByRole('region', { name: 'This side' })).toContainText(
    /UDP to the server.*Gets through/,
  )
  await expect(doctor(sender).getByRole('region', { name: 'This side' })).toContainText(
    /TURN.*Carries data/,
  )
  await expect(doctor(sender).getByRole('region', { name: 'The other side' })).toContainText(
    /Seen from outside.*Under one address by all/,
  )
  await doctor(sender).getByText('Ways that were tried').click()
  await expect(doctor(sender).getByText('in use').first()).toBeVisible()

  await stopClock(sender)
  await doctor(sender).getByRole('button', { name: 'Copy report' }).click()
  await expect(doctor(sender).getByRole('button', { name: 'Copied' })).toBeVisible()
  const report = await sender.evaluate(() => navigator.clipboard.readText())
  expect(report).toContain('Connection: Direct')
  expect(report).toMatch(/own address – .*: in use/)
  expect(report).toMatch(/Candidates here: host [1-9]/)
  const [, room = '', key = ''] = /\/p2p\/([\w-]{22})#([\w-]{22})$/.exec(link) ?? []
  expect(room).not.toBe('')
  for (const secret of [room, key, '127.0.0.1', '.local', 'note.txt', '://']) {
    expect(report).not.toContain(secret)
  }
  expect(report, 'no address').not.toMatch(/\d+\.\d+\.\d+|[\da-f]{1,4}:[\da-f]{1,4}:/i)
})

test('it is opened and closed by the keyboard alone', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  await meet(sender, receiver)
  await path(receiver).focus()
  await receiver.keyboard.press('Enter')
  await expect(doctor(receiver)).toContainText('You are connected directly.')
  await receiver.keyboard.press('Escape')
  await expect(doctor(receiver)).toBeHidden()
  await expect(path(receiver)).toBeFocused()
})

test('a server without TURN is said to have none', async ({ person }) => {
  const server = await startServer(undefined, { TURN: 'off' })
  const [sender, receiver] = [await person(), await person()]
  try {
    await meet(sender, receiver, server.url)
    await path(sender).click()
    await expect(doctor(sender)).toContainText('You are connected directly.')
    const here = doctor(sender).getByRole('region', { name: 'This side' })
    await expect(here).toContainText(/TURN.*This server has none/)
    await expect(here).toContainText(/UDP to the server.*Nobody to ask/)
    await expect(here).toContainText(/Relay.*Answers/)
  } finally {
    for (const page of [sender, receiver]) await page.close()
    await server.stop()
  }
})

test('a browser that makes no direct connections is told so', async ({ person }) => {
  const [sender, receiver] = [await person(), await person()]
  for (const page of [sender, receiver]) await page.addInitScript(switchOff)
  await meet(sender, receiver)
  await expect(path(sender)).toHaveText('Relay')
  await path(sender).click()
  await expect(doctor(sender)).toContainText('This browser makes no direct connections.')
  await expect(doctor(sender)).toContainText('through its relay')
})

/** In the page, before its own scripts: WebRTC finds no addresses, as some extensions have it. */
function switchOff() {
  const Original = RTCPeerConnection
  window.RTCPeerConnection = class extends Original {
    constructor() {
      super({ iceTransportPolicy: 'relay' })
    }
  }
}
