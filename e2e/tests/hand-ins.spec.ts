/** Files that clients hand in, and operators fetch. */
import { type APIRequestContext, expect, type Page } from '@playwright/test'
import { type Credentials, newCredentials } from '../support/account.ts'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { test as story } from '../support/test.ts'

const MIB = 1024 * 1024
const ADMIN = { email: 'root@example.org', password: 'nine wet geese on ice' }
const REPORT = { name: 'report.pdf', mimeType: 'application/pdf', buffer: Buffer.from('figures') }

/** With a server that has an administrator, who makes people for what they are to do. */
const test = story.extend<{ somebody: (role: 'client' | 'ops') => Promise<Credentials> }>({
  baseURL: async ({ serve }, use) => {
    await use((await serve({ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password })).url)
  },
  somebody: async ({ request }, use) => {
    const headers = await headersOf(request, ADMIN)
    await use(async (role) => {
      const credentials = newCredentials()
      const made = await request.post('/api/admin/users', {
        headers,
        data: { ...credentials, role },
      })
      expect(made.status()).toBe(201)
      return credentials
    })
  },
})

/** For requests by the API in somebody's name. */
async function headersOf(request: APIRequestContext, { email, password }: typeof ADMIN) {
  const login = await request.post('/api/auth/login', { data: { email, password } })
  const { access_token } = (await login.json()) as { access_token: string }
  return { Authorization: `Bearer ${access_token}` }
}

/** Hands a file in by the API, and returns its id. */
async function handIn(request: APIRequestContext, from: Credentials, name: string) {
  const answer = await request.post('/api/upload', {
    headers: await headersOf(request, from),
    multipart: { file: { ...REPORT, name } },
  })
  expect(answer.status()).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

/** What the page lists as handed in by whoever looks at it. */
function given(page: Page) {
  return page.getByRole('list', { name: 'What you handed in' }).getByRole('listitem')
}

/** The row of a file in the operators' list. */
function row(page: Page, name: string) {
  return page.getByRole('row').filter({ hasText: name })
}

/** Presses Fetch; the download, and the address that it came from. */
async function fetchFile(page: Page, name: string) {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: `Fetch ${name}` }).click()
  const started = await download
  return { started, address: started.url() }
}

test('a client hands a file in, an operator fetches it, and the client sees that', async ({
  somebody,
  signedIn,
  consoles,
}, testInfo) => {
  const source = await randomFile(testInfo.outputDir, 'Bericht «Q3».pdf', 3 * MIB + 17)
  const [client, ops] = [await somebody('client'), await somebody('ops')]
  const sender = await signedIn(client)

  await test.step('the client is led to where files are sent in, and told where they go', async () => {
    await expect(sender.getByRole('heading', { name: 'Upload', level: 1 })).toBeVisible()
    await expect(sender.getByText('goes to the operators')).toBeVisible()
    await expect(sender.getByText('Nothing yet')).toBeVisible()
    const places = sender.getByRole('navigation', { name: 'Main' }).getByRole('link')
    await expect(places).toHaveText(['Send', 'Upload', 'Handed in'])
  })

  await test.step('and sees what was handed in waiting, with nothing to share', async () => {
    await sender.getByLabel('Choose files to upload').setInputFiles(source.path)
    await expect(given(sender)).toContainText([source.name])
    await expect(given(sender)).toContainText(['Waiting'])
    await expect(sender.getByRole('button', { name: /link/i })).toBeHidden()
    await expect(sender.getByRole('link', { name: 'See your files' })).toBeHidden()
  })

  const operator = await signedIn(ops)
  let address = ''

  await test.step('an operator sees it, and from whom, and fetches it whole', async () => {
    await operator.getByRole('link', { name: 'Handed in' }).click()
    const handedIn = row(operator, source.name)
    for (const words of [client.username, client.email, 'Waiting', '3 MB']) {
      await expect(handedIn).toContainText(words)
    }
    const fetched = await fetchFile(operator, source.name)
    address = fetched.address
    expect(await downloadedDigests([fetched.started])).toEqual(await digests([source]))
  })

  await test.step('the row says so by itself, and the client sees it, too', async () => {
    await expect(row(operator, source.name)).toContainText(`Fetched by ${ops.username}`)
    await sender.getByRole('link', { name: 'Handed in' }).click()
    await sender.reload()
    await expect(given(sender)).toContainText(['Fetched'])
  })

  await test.step('the address is for that operator alone', async () => {
    consoles.expectRefusals(403)
    const refused = await sender.goto(address)
    expect(refused?.status()).toBe(403)
  })
})

test('a client who goes to the library finds none, and asks for none', async ({
  somebody,
  signedIn,
}) => {
  const page = await signedIn(await somebody('client'))
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  for (const address of ['/files', '/files?file=0']) {
    await page.goto(address)
    await expect(page).toHaveURL('/upload')
    await expect(page.getByText('goes to the operators')).toBeVisible()
  }
  expect(asked.filter((path) => path.startsWith('/api/files'))).toEqual([])
})

test('what a mail leads to comes first, and is marked', async ({ somebody, signedIn, request }) => {
  const [client, ops] = [await somebody('client'), await somebody('ops')]
  const first = await handIn(request, client, 'first.txt')
  await handIn(request, client, `second${'andlast'.repeat(20)}.txt`)
  const page = await signedIn(ops)
  const rows = page.getByRole('table').getByRole('row')

  await page.goto('/handed-in')
  await expect(rows).toContainText(['Name', 'secondandlast', 'first.txt'])
  await page.goto(`/handed-in?file=${first}`)
  await expect(rows).toContainText(['Name', 'first.txt', 'secondandlast'])
  await expect(rows.nth(1)).toContainText('From the mail')
  await expect(rows.nth(1)).toHaveAttribute('aria-current', 'true')

  // Whatever people and files are called, the button is at hand on any screen.
  for (const width of [360, 800, 1024, 1440]) {
    await page.setViewportSize({ width, height: 800 })
    await expect(page.getByRole('button', { name: 'Fetch first.txt' })).toBeInViewport({ ratio: 1 })
  }

  await page.goto('/handed-in?file=00000000-0000-7000-8000-000000000000')
  await expect(page.getByText('not here any more')).toBeVisible()
  await expect(rows).toContainText(['Name', 'secondandlast', 'first.txt'])
})

test('an old file that a mail leads to is found beyond the newest', async ({
  somebody,
  signedIn,
  request,
}) => {
  const [client, ops] = [await somebody('client'), await somebody('ops')]
  const old = await handIn(request, client, 'old.txt')
  for (let count = 1; count <= 50; count += 1) await handIn(request, client, `${count}.txt`)
  const page = await signedIn(ops)
  await page.goto(`/handed-in?file=${old}`)
  const marked = page.getByRole('table').getByRole('row').nth(1)
  await expect(marked).toContainText('old.txt')
  const { started } = await fetchFile(page, 'old.txt')
  expect(await started.failure()).toBeNull()
  await expect(marked).toContainText(`Fetched by ${ops.username}`)
  // Once, though it is in the list as well when that has come so far.
  await expect(page.getByRole('row')).toHaveCount(52)
})

test('whoever keeps files hands one in when they say so', async ({ account, signedIn }) => {
  const page = await signedIn(account)
  await expect(page.getByRole('link', { name: 'Handed in' })).toBeHidden()
  await page.goto('/handed-in')
  await expect(page.getByText('You have handed nothing in')).toBeVisible()

  await page.getByRole('link', { name: 'Hand a file in' }).click()
  const uploads = page.getByRole('region', { name: 'Uploads' }).getByRole('listitem')
  await page.getByLabel('Choose files to upload').setInputFiles({ ...REPORT, name: 'kept.pdf' })
  await expect(uploads).toContainText(['Uploaded'])
  await page.getByRole('checkbox', { name: 'Hand in to the operators' }).check()
  await page.getByLabel('Choose files to upload').setInputFiles(REPORT)
  await expect(uploads).toContainText(['Uploaded', 'Handed in'])

  await page.getByRole('link', { name: 'See what you handed in' }).click()
  await expect(given(page)).toHaveCount(1)
  await expect(given(page)).toContainText(['report.pdf'])
})

test('the owner of a link is told that they are mailed when it was used', async ({
  account,
  signedIn,
}) => {
  const page = await signedIn(account)
  await page.goto('/upload')
  await page.getByLabel('Choose files to upload').setInputFiles(REPORT)
  await page.getByRole('button', { name: 'Create link', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Create link' })
  await dialog.getByText('More rules').click()
  await dialog.getByRole('checkbox', { name: 'Mail me when a file was fetched' }).check()
  await dialog.getByRole('button', { name: 'Create link' }).click()
  await expect(dialog.getByRole('status')).toContainText('you are mailed')
})
