/** Transfers between networks that hinder them, and what the page says of those: see `lab/nats.mjs`. */
import { type Browser, expect, type Page, test as base } from '@playwright/test'
import { launchOn } from '../lab/browser.mjs'
import { buildNats, type Mapping, SEGMENT } from '../lab/nats.mjs'
import { digests, downloadedDigests, randomFile } from '../support/files.ts'
import { startServer } from '../support/server.ts'

const MIB = 1024 * 1024

/** Two people, each behind a router, and the server between. */
interface Connected {
  readonly left: Page
  readonly right: Page
  readonly url: string
}

const test = base.extend<{
  connected: (nature: { mapping: Mapping; udp?: boolean }) => Promise<Connected>
}>({
  connected: async ({}, use) => {
    const endings: (() => Promise<void> | void)[] = []
    await use(async (nature) => {
      const network = buildNats(nature)
      endings.push(network.close)
      const server = await startServer({ host: SEGMENT, machine: network.segment })
      endings.push(() => server.stop())
      const browsers: Browser[] = []
      for (const machine of [network.left, network.right]) {
        const browser = await launchOn(machine, server.url)
        endings.push(() => browser.close())
        browsers.push(browser)
      }
      const [left, right] = await Promise.all(browsers.map(async (browser) => browser.newPage()))
      if (!left || !right) throw new Error('two machines have two pages')
      return { left, right, url: server.url }
    })
    for (const end of endings.reverse()) await end()
  },
})

const doctor = (page: Page) => page.getByRole('dialog', { name: 'How you are connected' })

for (const { nature, path, said, here } of [
  {
    nature: { mapping: 'cone' },
    path: 'Direct',
    said: 'You are connected directly.',
    here: /Gets through.*Under one address by all.*Carries data.*Answers/,
  },
  {
    nature: { mapping: 'symmetric' },
    path: 'TURN',
    said: 'Both networks show you under another address to everybody you talk to',
    here: /Gets through.*Under another address by everybody.*Carries data.*Answers/,
  },
  {
    nature: { mapping: 'cone', udp: false },
    path: 'Relay',
    said: 'This network lets no UDP through',
    here: /No answer.*Not known.*No answer.*Answers/,
  },
] as const) {
  const router = 'udp' in nature ? 'let no UDP through' : `are ${nature.mapping}`

  test(`a file arrives by ${path} where both routers ${router}, and the page says why`, async ({
    connected,
  }, testInfo) => {
    test.setTimeout(120_000)
    const { left, right, url } = await connected(nature)
    const file = await randomFile(testInfo.outputPath('source'), 'across.bin', 4 * MIB + 1)
    await left.goto(`${url}/p2p`)
    await left.getByLabel('Choose files').setInputFiles(file.path)
    const link = left.getByRole('textbox', { name: 'Room link' })
    await expect(link).toHaveValue(/#/)
    await right.goto(await link.inputValue())
    for (const page of [left, right]) {
      await expect(page.getByLabel('Connection path')).toHaveText(path)
    }
    const download = right.waitForEvent('download')
    await right.getByRole('button', { name: 'Accept' }).click()
    for (const page of [left, right]) {
      await expect(page.getByRole('status')).toContainText('Verified', { timeout: 120_000 })
    }
    expect(await downloadedDigests([await download])).toEqual(await digests([file]))

    for (const page of [left, right]) {
      await page.getByLabel('Connection path').getByRole('button').click()
      await expect(doctor(page)).toContainText(said)
      await expect(doctor(page).getByRole('region', { name: 'This side' })).toContainText(here)
      await page.keyboard.press('Escape')
    }
  })
}
