/** What pages say in passing. */
import type { Page } from '@playwright/test'

/** Stops a page's clock, so that what it says for seconds stays until a story has come to see it. */
export async function stopClock(page: Page): Promise<void> {
  await page.clock.install()
  // It can only go forward, and has gone on until now.
  await page.clock.pauseAt(Date.now() + 60_000)
}
