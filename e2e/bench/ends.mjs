/**
 * Who sends a file and who receives it, a page or the command, so that each can be put beside each other. Used by the
 * parts of the benchmark that are about the command.
 *
 * An end can `offer(base, file)`, which returns the `link` and when it was `delivered`, and `take(base, link)`, which
 * returns when that was `started` and when all was `received`; each with `close()`. Times are in milliseconds since the
 * Unix epoch.
 */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { CommandProcess } from './command-process.mjs'
import { noteVerified } from './product-transfer.mjs'

/** Sends a file from one end to the other. Returns how many seconds passed from accepting it until both had it verified. */
export async function carry(sender, receiver, base, file) {
  const offered = await sender.offer(base, file)
  try {
    const taken = await receiver.take(base, offered.link)
    try {
      const ended = Math.max(await offered.delivered, await taken.received)
      return (ended - taken.started) / 1000
    } finally {
      await taken.close()
    }
  } finally {
    await offered.close()
  }
}

/** The command, in a folder of its own. */
export class CommandEnd {
  #folder

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder
  }

  async offer(base, file) {
    const command = new CommandProcess(['send', '--no-qr', file], this.#surroundings(base))
    const { link } = await command.event('link')
    const delivered = command.event('delivered').then(({ at }) => at)
    delivered.catch(() => undefined)
    return { link, delivered, close: () => command.ended() }
  }

  async take(base, link) {
    const output = path.join(this.#folder, 'received')
    const words = ['receive', '--yes', '--output', output, link]
    const command = new CommandProcess(words, this.#surroundings(base))
    const { at: started } = await command.event('offered')
    const received = command.event('received').then(({ at }) => at)
    received.catch(() => undefined)
    const close = async () => {
      await command.ended()
      await rm(output, { recursive: true })
    }
    return { started, received, close }
  }

  #surroundings(server) {
    return { server, folder: this.#folder }
  }
}

/** A page of a browser. */
export class PageEnd {
  #context
  #clean

  /**
   * @param {import('playwright-core').BrowserContext} context
   * @param {(download: Promise<import('playwright-core').Download>) => Promise<void>} clean Removes what was downloaded.
   */
  constructor(context, clean) {
    this.#context = context
    this.#clean = clean
  }

  async offer(base, file) {
    const page = await this.#open()
    await page.goto(new URL('/p2p', base).href)
    await page.getByLabel('Choose files').setInputFiles(file)
    const link = await page.getByRole('textbox', { name: 'Room link' }).inputValue()
    return { link, delivered: verified(page), close: () => page.close() }
  }

  async take(base, link) {
    const page = await this.#open()
    await page.goto(link)
    const accept = page.getByRole('button', { name: 'Accept' })
    await accept.waitFor()
    const download = page.waitForEvent('download', { timeout: 0 })
    download.catch(() => undefined)
    const started = Date.now()
    await accept.click()
    const close = async () => {
      await this.#clean(download)
      await page.close()
    }
    return { started, received: verified(page), close }
  }

  async #open() {
    const page = await this.#context.newPage()
    await page.addInitScript(noteVerified)
    return page
  }
}

function verified(page) {
  const at = page.evaluate(() => window.verifiedAt)
  at.catch(() => undefined)
  return at
}
