/** The browsers that stories are told with: the project's own Chromium, and the machine's Firefox beside it. */
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  firefox,
  type LaunchOptions,
  type Page,
} from '@playwright/test'
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

/** The machine's own. */
const FIREFOX: LaunchOptions = {
  channel: 'moz-firefox',
  executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
}

/** How processes of the two are told of their profile; a Firefox's others end with its first. */
const NAMES_PROFILE = ['--user-data-dir=', '--profile\0']

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
    if (page.context().browser() === this.#chromium) return downloadedBy(page)
    const folder = this.#downloads
    for (const name of await readdir(folder)) await rm(path.join(folder, name))
    return () => filesIn(folder)
  }

  /** Ends the Firefox; whoever started the Chromium ends that. */
  async close(): Promise<void> {
    await (await this.#firefox)?.close()
    if (this.#downloads !== '') await rm(this.#downloads, { recursive: true })
  }

  /** Starts the Firefox that this machine has, unchanged, by WebDriver BiDi. */
  async #launchFirefox(): Promise<Browser> {
    this.#downloads = await mkdtemp(path.join(tmpdir(), 'sharesync-e2e-'))
    return firefox.launch({ ...FIREFOX, downloadsPath: this.#downloads })
  }
}

/** A browser whose profile outlives it, as one on a person's own machine does. */
export interface OwnBrowser {
  readonly context: BrowserContext
  /** Watches what a page of it downloads from now on. */
  received(page: Page): Received
}

/** Opens a browser with the profile that is in a folder, or is to be there. */
export async function openOwnBrowser(
  kind: BrowserKind,
  profile: string,
  chromiumOptions: LaunchOptions,
): Promise<OwnBrowser> {
  if (kind === 'chromium') {
    const context = await chromium.launchPersistentContext(profile, chromiumOptions)
    return { context, received: downloadedBy }
  }
  const downloadsPath = `${profile} downloads`
  await mkdir(downloadsPath, { recursive: true })
  const options = { ...UNSET, ...FIREFOX, downloadsPath }
  const context = await firefox.launchPersistentContext(profile, options)
  return { context, received: () => () => filesIn(downloadsPath) }
}

/** Kills every process of the browser with that profile, as a crash or a power cut would. */
export async function killBrowser(profile: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (NAMES_PROFILE.some((option) => command.includes(`${option}${profile}\0`))) {
      process.kill(Number(pid), 'SIGKILL')
    }
  }
}

function downloadedBy(page: Page): Received {
  const downloads = downloadsOf(page)
  return () => downloadedDigests(downloads)
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith(IN_PART))
  const found = names.map(async (name) => [name, await sha256(path.join(folder, name))])
  return Object.fromEntries(await Promise.all(found)) as Record<string, string>
}

/** What a profile in a browser has to be opened with. */
export function profileOptions(browser: Browser): BrowserContextOptions {
  return browser.browserType() === firefox ? UNSET : {}
}
