/**
 * Two ordinary windows with a file on offer between them, each in a browser of its own, so that what each of
 * the two takes can be told apart. Used by the parts of the benchmark that look at the pages themselves.
 */
import { truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { chromium } from 'playwright-core'

/** How long a transfer may take, in milliseconds. */
const PATIENCE = 1_800_000

/** Opens a browser for each of the two; closes with what is returned. */
export async function openWindows(folder) {
  const windows = {}
  for (const name of ['sender', 'receiver']) {
    const profile = path.join(folder, name)
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    })
    windows[name] = { profile, context }
  }
  return {
    ...windows,
    close: async () => {
      for (const { context } of Object.values(windows)) await context.close()
    },
  }
}

/**
 * Sends a file. `looking` is called with both pages when the file is on offer, and what it returns once both
 * say that it is there; returns that, and how many seconds passed between.
 */
export async function transfer({ sender, receiver }, base, file, looking) {
  const pages = {
    sender: await sender.context.newPage(),
    receiver: await receiver.context.newPage(),
  }
  try {
    for (const page of Object.values(pages)) page.setDefaultTimeout(PATIENCE)
    await pages.sender.goto(new URL('/p2p', base).href)
    await pages.sender.getByLabel('Choose files').setInputFiles(file)
    const link = pages.sender.getByRole('textbox', { name: 'Room link' })
    await pages.receiver.goto(await link.inputValue())
    const accept = pages.receiver.getByRole('button', { name: 'Accept' })
    await accept.waitFor()
    const look = await looking(pages)
    const download = pages.receiver.waitForEvent('download')
    const started = performance.now()
    await accept.click()
    for (const page of Object.values(pages)) {
      await page.getByRole('status').filter({ hasText: 'Verified' }).waitFor()
    }
    const seconds = (performance.now() - started) / 1000
    const seen = await look()
    await (await download).delete()
    return { seen, seconds }
  } finally {
    for (const page of Object.values(pages)) await page.close()
  }
}

/** A file of that many zeros, which takes no space. */
export async function hollowFile(name, bytes) {
  await writeFile(name, '')
  await truncate(name, bytes)
  return name
}
