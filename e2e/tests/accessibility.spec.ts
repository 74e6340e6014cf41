/** Every page for everyone: WCAG by axe, at the width of a phone and of a desk, dark and light. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { ACCOUNT_SCENES } from '../scenes/accounts.ts'
import { LIBRARY_SCENES } from '../scenes/library.ts'
import { PREVIEW_SCENES } from '../scenes/previews.ts'
import { REQUEST_SCENES } from '../scenes/requests.ts'
import { ROOM_SCENES } from '../scenes/rooms.ts'
import { anybody, at, type Scene } from '../scenes/scene.ts'
import { expect, test } from '../support/test.ts'

const PHONE = { width: 360, height: 740 }
const DESK = { width: 1440, height: 900 }

const scenes: readonly Scene[] = [
  { name: 'home', visitor: anybody, open: (page) => at(page, '/', 'Hand over a file.') },
  { name: 'no such page', visitor: anybody, open: (page) => at(page, '/no/such/page') },
  ...ACCOUNT_SCENES,
  ...ROOM_SCENES,
  ...LIBRARY_SCENES,
  ...PREVIEW_SCENES,
  ...REQUEST_SCENES,
]

/** Every rule of axe, WCAG 2.2 AA and good practice, on what is on the screen. */
async function expectNoViolations(page: Page, within: string | undefined, where: string) {
  const axe = new AxeBuilder({ page })
  const { violations } = await (within === undefined ? axe : axe.include(within)).analyze()
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

/** Has the page's system be in a colour, until nothing on it is on its way from another one. */
async function turn(page: Page, colorScheme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme })
  await page.waitForFunction(
    (isDark) => matchMedia('(prefers-color-scheme: dark)').matches === isDark,
    colorScheme === 'dark',
  )
  await page.evaluate(async () => {
    const drawn = () => new Promise(requestAnimationFrame)
    // What follows the system by script does so before a frame; what it has changed is seen in the one after that.
    await drawn()
    await drawn()
    const changes = document.getAnimations().filter((each) => each instanceof CSSTransition)
    await Promise.allSettled(changes.map(({ finished }) => finished))
  })
}

for (const scene of scenes) {
  test(scene.name, async ({ person, signedIn, account, request, consoles }) => {
    consoles.expectRefusals(...(scene.refusals ?? []))
    const options = { colorScheme: 'light', viewport: PHONE, reducedMotion: 'reduce' } as const
    const page = await scene.visitor({ person, signedIn, account }, options)
    await scene.open(page, request, account)
    // A page follows its system without being opened anew.
    for (const colorScheme of ['light', 'dark'] as const) {
      await turn(page, colorScheme)
      for (const size of [PHONE, DESK]) {
        await page.setViewportSize(size)
        const where = `at ${size.width} px, ${colorScheme}`
        await expectNoSidewaysScroll(page, where)
        await expectNoViolations(page, scene.within, where)
      }
    }
    // What is answered by a scene may be asked at any time, and this page is about to go.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  })
}
