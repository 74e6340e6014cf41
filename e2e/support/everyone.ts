/** Whether a page is for everyone: WCAG by axe, at the width of a phone and of a desk, dark and light. */
import { AxeBuilder } from '@axe-core/playwright'
import { type BrowserContextOptions, expect, type Page } from '@playwright/test'

const PHONE = { width: 360, height: 740 }
const DESK = { width: 1440, height: 900 }

/** How the page has to be opened. */
export const FOR_EVERYONE: BrowserContextOptions = {
  colorScheme: 'light',
  viewport: PHONE,
  reducedMotion: 'reduce',
}

/** Looks at a page, or at something within it, as all people see it. It follows its system without being opened anew. */
export async function expectForEveryone(page: Page, within?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await turn(page, colorScheme)
    for (const size of [PHONE, DESK]) {
      await page.setViewportSize(size)
      const where = `at ${size.width} px, ${colorScheme}`
      await expectNoSidewaysScroll(page, where)
      await expectNoViolations(page, within, where)
    }
  }
}

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
