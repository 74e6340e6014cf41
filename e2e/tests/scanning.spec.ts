/** Viruses: what a page shows of a file before its scan, and of what was found; and that nobody gets any of it. */
import { bearer, createAccount, share, signIn, upload } from '../support/account.ts'
import { Clamd, EICAR, FOUND } from '../support/clamd.ts'
import { startServer } from '../support/server.ts'
import { expect, test } from '../support/test.ts'

test('a file waits for its scan, and one in which something is found is in quarantine', async ({
  person,
  playwright,
}, testInfo) => {
  const clamd = await Clamd.prepare()
  const server = await startServer(undefined, { CLAMD_ADDRESS: clamd.address })
  try {
    const request = await playwright.request.newContext({ baseURL: server.url })
    const account = await createAccount(request)
    const clean = await upload(request, account, 'report.txt', Buffer.from('figures'))
    const bad = await upload(request, account, 'invoice.com', EICAR)
    const link = await share(request, account, { file_ids: [clean, bad] })
    const locked = await share(request, account, { file_ids: [clean], password: 'geese' })
    const [owner, taker, other] = [await person(), await person(), await person()]
    await owner.goto(`${server.url}/files`)
    await signIn(owner, account)
    const row = (name: string) => owner.getByRole('row', { name })
    const shared = (name: string) => taker.getByRole('listitem').filter({ hasText: name })

    await test.step('while the scanner is away, both are being checked, and nobody gets either', async () => {
      for (const name of ['report.txt', 'invoice.com']) {
        await expect(row(name).getByText('Being checked')).toBeVisible()
        await row(name)
          .getByRole('button', { name: `Actions for ${name}` })
          .click()
        await expect(owner.getByRole('menuitem', { name: 'Download' })).toBeDisabled()
        await owner.keyboard.press('Escape')
      }
      await taker.goto(link)
      for (const name of ['report.txt', 'invoice.com']) {
        await expect(shared(name).getByText('Being checked for viruses')).toBeVisible()
        await expect(shared(name).getByRole('button', { name: 'Download' })).toBeDisabled()
      }
      await expect(taker.getByRole('button', { name: 'Preview report.txt' })).toBeDisabled()
      await expect(taker.getByRole('button', { name: 'Download all' })).toBeDisabled()
      await other.goto(locked)
      await other.getByLabel('Password').fill('geese')
      await other.getByRole('button', { name: 'Unlock' }).click()
      await expect(other.getByRole('button', { name: 'Download' })).toBeDisabled()
      await owner.screenshot({ path: testInfo.outputPath('being-checked.png') })
    })

    await clamd.run()

    await test.step('when it is back, all pages show by themselves what came of it', async () => {
      await expect(row('invoice.com').getByText('Quarantined')).toBeVisible()
      await expect(row('report.txt').getByText('Being checked')).toBeHidden()
      await expect(shared('report.txt').getByText('nothing found')).toBeVisible()
      await expect(shared('invoice.com').getByText('Quarantined')).toBeVisible()
      await expect(other.getByText('nothing found')).toBeVisible()
    })

    await test.step('what is clean is fetched, and beside it nothing else', async () => {
      for (const page of [taker, other]) {
        const begun = page.waitForEvent('download')
        await page.getByRole('button', { name: /^Download( report.txt)?$/ }).click()
        expect(await (await begun).failure()).toBeNull()
      }
      await expect(shared('invoice.com').getByRole('button')).toBeDisabled()
      await expect(taker.getByRole('button', { name: 'Download all' })).toBeDisabled()
      await taker.screenshot({ path: testInfo.outputPath('shared.png') })
    })

    await test.step('its owner is told what was found, and can neither fetch nor share it', async () => {
      await row('invoice.com').getByRole('link', { name: 'invoice.com' }).click()
      const panel = owner.getByRole('dialog', { name: 'invoice.com' })
      await expect(panel.getByRole('alert')).toContainText('quarantine')
      await expect(panel.getByText(FOUND)).toBeVisible()
      await expect(panel.getByRole('button', { name: 'Download' })).toBeDisabled()
      await expect(panel.getByRole('button', { name: 'Create link' })).toBeDisabled()
      await owner.screenshot({ path: testInfo.outputPath('quarantined.png') })
      const refused = await request.get(`/api/files/${bad}/content`, { headers: bearer(account) })
      expect(refused.status()).toBe(403)
    })
  } finally {
    await server.stop()
    await clamd.close()
  }
})
