/** Every page for everyone: WCAG by axe, at the width of a phone and of a desk, dark and light. */
import { AxeBuilder } from '@axe-core/playwright'
import type { APIRequestContext, BrowserContextOptions, Page } from '@playwright/test'
import { type Account, share, upload } from '../support/account.ts'
import { expect, test } from '../support/test.ts'

const PHONE = { width: 360, height: 740 }
const DESK = { width: 1440, height: 900 }

interface People {
  person: (options: BrowserContextOptions) => Promise<Page>
  signedIn: (account: Account, options: BrowserContextOptions) => Promise<Page>
  account: Account
}

/** Opens the browser of whoever looks at a page. */
type Visitor = (people: People, options: BrowserContextOptions) => Promise<Page>

const anybody: Visitor = ({ person }, options) => person(options)
const owner: Visitor = ({ signedIn, account }, options) => signedIn(account, options)

interface Scene {
  name: string
  visitor: Visitor
  /** Requests that are refused on the way there. */
  refusals?: number[]
  /** Leads the page there and returns when it shows what it is about. */
  open: (page: Page, request: APIRequestContext, account: Account) => Promise<void>
}

const scenes: Scene[] = [
  { name: 'home', visitor: anybody, open: (page) => at(page, '/', 'Hand over a file.') },
  { name: 'sign-in', visitor: anybody, open: (page) => at(page, '/sign-in') },
  { name: 'register', visitor: anybody, open: (page) => at(page, '/register') },
  {
    name: 'a registration that is refused',
    visitor: anybody,
    refusals: [422],
    open: async (page) => {
      await at(page, '/register')
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  { name: 'forgotten password', visitor: anybody, open: (page) => at(page, '/forgot-password') },
  {
    name: 'a forgotten password that was told',
    visitor: anybody,
    open: (page) => askForMail(page, '/forgot-password'),
  },
  { name: 'another link to confirm', visitor: anybody, open: (page) => at(page, '/check-mail') },
  {
    name: 'check your mail',
    visitor: anybody,
    open: async (page) => {
      await askForMail(page, '/check-mail')
      await page.getByRole('button', { name: 'Send it again' }).click()
      await expect(page.getByRole('status')).toContainText('Sent again')
    },
  },
  {
    name: 'an address that is confirmed',
    visitor: anybody,
    open: async (page) => {
      // What was mailed is not at hand here.
      await page.route('/api/auth/verify-email', (route) => route.fulfill({ status: 204 }))
      await at(page, '/verify-email#token=good', 'Your address is confirmed')
    },
  },
  {
    name: 'a link to confirm that does not work',
    visitor: anybody,
    refusals: [410],
    open: (page) => at(page, '/verify-email#token=made-up', 'does not work any more'),
  },
  {
    name: 'another password',
    visitor: anybody,
    open: (page) => at(page, '/reset-password#token=made-up', 'Choose another password'),
  },
  {
    name: 'a link to another password that does not work',
    visitor: anybody,
    open: (page) => at(page, '/reset-password', 'does not work any more'),
  },
  { name: 'no such page', visitor: anybody, open: (page) => at(page, '/no/such/page') },
  { name: 'room', visitor: anybody, open: (page) => at(page, '/p2p') },
  {
    name: 'a room with files',
    visitor: anybody,
    open: (page) => openRoom(page),
  },
  {
    name: 'a mistyped code',
    visitor: anybody,
    open: async (page) => {
      await at(page, '/p2p')
      await page.getByRole('textbox', { name: 'Room code' }).fill('4821-orbitt-canyon')
      await page.getByRole('button', { name: 'Join' }).click()
      await expect(page.getByRole('alert')).toContainText('The first word')
    },
  },
  {
    name: 'a room with somebody in it',
    visitor: anybody,
    open: async (page) => {
      await withReceiver(page)
      await expect(page.getByRole('status')).toContainText('Waiting for them to accept')
    },
  },
  {
    name: 'a room where people write',
    visitor: anybody,
    open: async (page) => {
      const receiver = await withReceiver(page)
      for (const side of [page, receiver]) {
        await side.getByRole('textbox', { name: 'Message' }).fill('the tickets')
        await side.getByRole('button', { name: 'Send message' }).click()
      }
      const log = page.getByRole('log', { name: 'What was written' })
      await expect(log).toContainText('Delivered')
      await expect(log.getByRole('button', { name: 'Copy' })).toBeVisible()
    },
  },
  {
    name: 'a locked room after a transfer',
    visitor: anybody,
    open: async (page) => {
      const receiver = await withReceiver(page)
      await receiver.getByRole('button', { name: 'Accept' }).click()
      await expect(page.getByRole('status')).toContainText('Verified')
      await page.getByRole('button', { name: 'Lock the room' }).click()
      await expect(page.getByRole('button', { name: 'Unlock the room' })).toBeVisible()
    },
  },
  {
    name: 'an offer to accept',
    visitor: anybody,
    open: async (page) => {
      const sender = await page.context().newPage()
      await openRoom(sender)
      await page.goto(await sender.getByRole('textbox', { name: 'Room link' }).inputValue())
      await expect(page.getByRole('button', { name: 'Accept' })).toBeVisible()
    },
  },
  {
    name: 'devices nearby, one of them asked',
    visitor: anybody,
    open: async (page) => {
      await withNeighbour(page)
      await page.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await page.getByRole('button', { name: /^Send to / }).click()
      await expect(page.getByText('Check that both screens say')).toBeVisible()
    },
  },
  {
    name: 'somebody nearby who asks',
    visitor: anybody,
    open: async (page) => {
      const sender = await withNeighbour(page)
      await sender.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await sender.getByRole('button', { name: /^Send to / }).click()
      await expect(page.getByRole('region', { name: 'Somebody nearby' })).toBeVisible()
    },
  },
  {
    name: 'words to compare',
    visitor: anybody,
    open: async (page) => {
      const sender = await withNeighbour(page)
      await sender.getByLabel('Choose files').setInputFiles(SMALL_FILES)
      await sender.getByRole('button', { name: /^Send to / }).click()
      await page.getByRole('button', { name: 'Accept' }).click()
      await expect(page.getByRole('group', { name: 'Compare the words' })).toBeVisible()
    },
  },
  {
    name: 'a room that has ended',
    visitor: anybody,
    open: (page) => at(page, '/p2p/AAAAAAAAAAAAAAAAAAAAAA#AAAAAAAAAAAAAAAAAAAAAA'),
  },
  {
    name: 'settings',
    visitor: owner,
    open: async (page) => {
      await at(page, '/settings', 'Settings')
      await expect(page.getByText('This one')).toBeVisible()
    },
  },
  {
    name: 'settings with a token',
    visitor: owner,
    refusals: [422],
    open: async (page) => {
      await makeToken(page, 'files:write')
      await page.getByRole('button', { name: 'Done' }).click()
      await expect(page.getByRole('button', { name: 'Revoke: Nightly backup' })).toBeVisible()
      await page.getByRole('button', { name: 'Change password' }).click()
      await expect(page.getByRole('alert')).toBeVisible()
    },
  },
  {
    name: 'making a token',
    visitor: owner,
    refusals: [422],
    open: async (page) => {
      await makeToken(page)
      await expect(page.getByRole('alert')).toContainText('at least one')
    },
  },
  {
    name: 'a token that was made',
    visitor: owner,
    open: async (page) => {
      await makeToken(page, 'files:read', 'files:write')
      await expect(page.getByRole('textbox', { name: 'Token' })).toBeVisible()
    },
  },
  {
    name: 'revoking a token',
    visitor: owner,
    open: async (page) => {
      await makeToken(page, 'files:write')
      await page.getByRole('button', { name: 'Done' }).click()
      await page.getByRole('button', { name: 'Revoke: Nightly backup' }).click()
      await expect(page.getByRole('dialog', { name: 'Revoke Nightly backup?' })).toBeVisible()
    },
  },
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

const SMALL_FILES = ['notes.txt', 'empty.txt'].map((name, size) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.alloc(8 * (1 - size), 'x'),
}))

/** As long as names get, with nowhere to break it. */
const LONG_NAME = `${'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3)}.tar.gz`

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

/** Asks on that page for a mail, and sees that it was asked for. */
async function askForMail(page: Page, path: string) {
  await at(page, path)
  await page.getByLabel('Email').fill('nobody@example.org')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
}

/** Has the settings make an API token that may do so much. */
async function makeToken(page: Page, ...scopes: string[]) {
  await at(page, '/settings', 'Settings')
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Nightly backup')
  for (const scope of scopes) await page.getByRole('checkbox', { name: scope }).check()
  await page.getByRole('button', { name: 'Make the token' }).click()
}

/** Makes a room with files in it. */
async function openRoom(page: Page) {
  await at(page, '/p2p')
  await page.getByLabel('Choose files').setInputFiles(SMALL_FILES)
  await expect(page.getByRole('textbox', { name: 'Room link' })).toHaveValue(/\/p2p\/[\w-]{22}/)
}

/** Makes a room with files in it, and has somebody enter it. */
async function withReceiver(page: Page): Promise<Page> {
  await openRoom(page)
  const receiver = await page.context().newPage()
  await receiver.goto(await page.getByRole('textbox', { name: 'Room link' }).inputValue())
  return receiver
}

/** Has the page and another see each other as devices nearby. */
async function withNeighbour(page: Page): Promise<Page> {
  const other = await page.context().newPage()
  for (const one of [other, page]) {
    await at(one, '/p2p')
    await one.getByRole('switch', { name: 'Be seen by devices nearby' }).check()
    await expect(one.getByText(/^You are seen as /)).toBeVisible()
  }
  return other
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

/** Opens a page and waits for its heading. */
async function at(page: Page, path: string, heading: RegExp | string = /./) {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
}

/** Every rule of axe, WCAG 2.2 AA and good practice, on what is on the screen. */
async function expectNoViolations(page: Page, where: string) {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary ?? ''}`),
  }))
  expect(found, where).toEqual([])
}

async function expectNoSidewaysScroll(page: Page, where: string) {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return { scrollWidth, clientWidth }
  })
  expect(scrollWidth, where).toBeLessThanOrEqual(clientWidth)
}

for (const scene of scenes) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${scene.name}, ${colorScheme}`, async ({
      person,
      signedIn,
      account,
      request,
      consoles,
    }) => {
      consoles.expectRefusals(...(scene.refusals ?? []))
      const options = { colorScheme, viewport: PHONE, reducedMotion: 'reduce' } as const
      const page = await scene.visitor({ person, signedIn, account }, options)
      await scene.open(page, request, account)
      for (const size of [PHONE, DESK]) {
        await page.setViewportSize(size)
        const where = `at ${size.width} px`
        await expectNoSidewaysScroll(page, where)
        await expectNoViolations(page, where)
      }
    })
  }
}
