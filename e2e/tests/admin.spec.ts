/** The page of whoever runs the server: how it is doing, and who may know. */
import { readFile } from 'node:fs/promises'
import { createAccount, share, signIn, upload } from '../support/account.ts'
import { expectForEveryone, FOR_EVERYONE } from '../support/everyone.ts'
import { expect, test as story } from '../support/test.ts'

const ADMIN = { email: 'root@example.org', password: 'nine wet geese on ice' }

const test = story.extend({
  baseURL: async ({ serve }, use) => {
    await use((await serve({ ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password })).url)
  },
})

test('whoever runs the server sees what happens on it, and takes it along', async ({
  person,
  request,
}) => {
  const sam = await createAccount(request)
  const id = await upload(request, sam, 'a.txt', Buffer.alloc(3000, 'x'))
  const link = await share(request, sam, { file_ids: [id] })
  const taker = await person()
  await taker.goto(link)
  const fetched = taker.waitForEvent('download')
  await taker.getByRole('button', { name: 'Download' }).click()
  expect(await (await fetched).failure()).toBeNull()

  const page = await person(FOR_EVERYONE)
  await page.goto('/sign-in')
  await signIn(page, ADMIN)
  await page.getByRole('button', { name: 'Account: root' }).click()
  await page.getByRole('menuitem', { name: 'Administration' }).click()
  const figure = (name: string) => page.getByRole('region', { name, exact: true })
  await expect(figure('People')).toContainText('2 here this week, 2 new')
  await expect(figure('Stored')).toContainText('1 file')
  await expect(figure('Downloads')).toContainText('1in 7 days')
  await expect(page.getByRole('region', { name: 'Stored by kind' })).toContainText('Text2.9 KB')
  await expect(page.getByRole('region', { name: 'Who stores the most' })).toContainText(
    sam.username,
  )
  await expect(page.getByRole('region', { name: 'Links fetched the most' })).toContainText(
    `of ${sam.username}1 download`,
  )

  await test.step('a chart is read by keys, and as a table', async () => {
    const chart = page.getByRole('region', {
      name: 'Uploads, downloads and transfers',
      exact: true,
    })
    await chart.getByRole('application').focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await expect(chart.getByRole('term').filter({ hasText: 'Uploads' })).toBeVisible()
    await chart.getByText('As a table').click()
    const today = chart.getByRole('row').nth(1)
    await expect(today.getByRole('cell')).toHaveText(['1', '1', '0'])
    await page.getByText('As a table').first().click()
    await expectForEveryone(page)
  })

  await test.step('another time is chosen, and kept in the address', async () => {
    await page.getByRole('radio', { name: '24 hours' }).click()
    await expect(page).toHaveURL(/\?range=day$/)
    await expect(figure('Downloads')).toContainText('1in 24 hours')
    await page.reload()
    await expect(page.getByRole('radio', { name: '24 hours' })).toBeChecked()
  })

  await test.step('what happened is saved as a table', async () => {
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'CSV' }).click()
    const file = await saved
    expect(file.suggestedFilename()).toBe('sharesync-day.csv')
    const csv = await readFile(await file.path(), 'utf8')
    expect(csv).toMatch(/^start,metric,part,count,bytes\r\n/)
    expect(csv).toMatch(/:00:00\.000Z,downloads,(server|direct),1,3000\r\n/)
  })
})

test('nobody else is led there', async ({ request, signedIn }) => {
  const sam = await createAccount(request)
  const page = await signedIn(sam)
  await page.getByRole('button', { name: `Account: ${sam.username}` }).click()
  await expect(page.getByRole('menuitem', { name: 'Settings' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Administration' })).toBeHidden()
  await page.goto('/admin')
  await expect(page).toHaveURL(/\/files$/)
})
