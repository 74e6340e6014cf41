/** The browsers that stories are told with: the project's own Chromium, and the machine's Firefox beside it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, type BrowserContextOptions, firefox, type Page } from '@playwright/test'
import { downloadedDigests } from './files.ts'
import { downloadsOf } from './room.ts'
import { sha256 } from './sha256.mjs'

export type BrowserKind = 'chromium' | 'firefox'

/** Stories with this tag are also told with a Firefox on one side, and then on the other. */
export const MIXED = { tag: '@mixed' }

/** These are told with one that receives; to one that sends, its driver cannot give a folder. */
export const FIREFOX_RECEIVES = { tag: '@firefox-receives' }

/** Names and digests of what a page has downloaded by now. */
export type Received = () => Promise<Record<string, string>>

/** What the driver would set in every profile, and a Firefox as it was released cannot be told. */
const UNSET: BrowserContextOptions = {
  colorScheme: null,
  reducedMotion: null,
  forcedColors: null,
  contrast: null,
}

/** What is not whole yet is called so while it comes. */
const IN_PART = '.part'

/** Both browsers of a worker, the Firefox once a story asks for it. */
export class Browsers {
  readonly #chromium: Browser
  #firefox: Promise<Browser> | undefined
  /** Where the Firefox puts downloads, which it does not tell its driver of by a name that this knows. */
  #downloads = ''

  constructor(chromium: Browser) {
    this.#chromium = chromium
  }

  /** The browser of that kind. */
  async get(kind: BrowserKind): Promise<Browser> {
    return kind === 'chromium' ? this.#chromium : (this.#firefox ??= this.#launchFirefox())
  }

  /** Watches what a page downloads from now on; one page of a Firefox at a time. */
  async received(page: Page): Promise<Received> {
    if (page.context().browser() === this.#chromium) {
      const downloads = downloadsOf(page)
      return () => downloadedDigests(downloads)
    }
    const folder = this.#downloads
    for (const name of await readdir(folder)) await rm(path.join(folder, name))
    return async () => {
      const names = (await readdir(folder)).filter((name) => !name.endsWith(IN_PART))
      const found = names.map(async (name) => [name, await sha256(path.join(folder, name))])
      return Object.fromEntries(await Promise.all(found)) as Record<string, string>
    }
  }

  /** Ends the Firefox; whoever started the Chromium ends that. */
  async close(): Promise<void> {
    await (await this.#firefox)?.close()
    if (this.#downloads !== '') await rm(this.#downloads, { recursive: true })
  }

  /** Starts the Firefox that this machine has, unchanged, by WebDriver BiDi. */
  async #launchFirefox(): Promise<Browser> {
    this.#downloads = await mkdtemp(path.join(tmpdir(), 'sharesync-e2e-'))
    return firefox.launch({
      channel: 'moz-firefox',
      executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
      downloadsPath: this.#downloads,
    })
  }
}

/** What a profile in a browser has to be opened with. */
export function profileOptions(browser: Browser): BrowserContextOptions {
  return browser.browserType() === firefox ? UNSET : {}
}
