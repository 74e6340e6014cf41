/** What people do and see on the room page. */
import path from 'node:path'
import { type Download, expect, type Locator, type Page } from '@playwright/test'
import { hollowFile } from './files.ts'

const GIB = 1024 ** 3

/** What the page says at the moment, where everyone can hear it. */
export function status(page: Page): Locator {
  return page.getByRole('status')
}

/** How far all files together have come. */
export function progress(page: Page): Locator {
  return page.getByRole('progressbar', { name: 'All files' })
}

/** How the two are connected, where they are. */
export function connectionPath(page: Page): Locator {
  return page.getByLabel('Connection path')
}

/** Offers files from the room page and returns the address to send to the other side. */
export async function offer(
  sender: Page,
  files: readonly string[],
  address = '/p2p',
): Promise<string> {
  await sender.goto(address)
  await sender.getByLabel('Choose files').setInputFiles([...files])
  const link = sender.getByRole('textbox', { name: 'Room link' })
  await expect(link).toHaveValue(/^http.*\/p2p\/[\w-]{22}#[\w-]{22}$/)
  return link.inputValue()
}

/** Collects what a page downloads. */
export function downloadsOf(page: Page): Download[] {
  const downloads: Download[] = []
  page.on('download', (download) => downloads.push(download))
  return downloads
}

/** A transfer that takes far longer than any story, and has begun. */
export async function inTheMiddle(sender: Page, receiver: Page, folder: string) {
  const file = await hollowFile(path.join(folder, 'source'), 'endless.bin', 2 * GIB)
  await receiver.goto(await offer(sender, [file.path]))
  await receiver.getByRole('button', { name: 'Accept' }).click()
  await expect(progress(receiver)).toHaveAttribute('aria-valuenow', /^[1-9]/)
  return { sender, receiver }
}

/** Accepts what is offered, and holds it up as soon as that many percent of it have come. */
export function acceptAndPause(receiver: Page, percent: number): Promise<void> {
  return pressAndPause(receiver, 'Accept', percent)
}

/** Presses the button that begins it, and holds it up as soon as that many percent of it have come, or gone. */
export async function pressAndPause(
  page: Page,
  name: string | RegExp,
  percent: number,
): Promise<void> {
  const button = page.getByRole('button', { name })
  await Promise.all([page.evaluate(pauseAt, percent), button.click()])
}

/** In the page: presses Pause once that many percent have come. A hand from outside may be too late for that. */
function pauseAt(percent: number): Promise<void> {
  const pauseButton = () =>
    Array.from(document.querySelectorAll('button')).find(
      (button) => button.textContent.trim() === 'Pause',
    )
  const come = () =>
    Number(document.querySelector('[aria-label="All files"]')?.getAttribute('aria-valuenow'))
  return new Promise((resolve) => {
    const look = () => {
      const pause = pauseButton()
      if (pause && come() >= percent) {
        pause.click()
        resolve()
      } else {
        setTimeout(look, 10)
      }
    }
    look()
  })
}
