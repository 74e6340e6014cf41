/** Files and folders that are dropped onto a page, as a file manager would. */
import { type CDPSession, expect, type Page } from '@playwright/test'

/** Drops what is on the disk onto a page. */
export async function drop(page: Page, ...paths: string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await page.evaluate(() => {
    const note = () => Object.assign(window, { hasDropped: true })
    window.addEventListener('drop', note, { once: true, capture: true })
  })
  // A page that is being drawn may let a drag pass by.
  await expect(async () => {
    await drag(devtools, paths)
    const hasDropped = await page.evaluate(() => 'hasDropped' in window)
    expect(hasDropped).toBe(true)
  }).toPass()
}

async function drag(devtools: CDPSession, files: string[]): Promise<void> {
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data })
  }
}
