/** Playwright's `test`, with a server for each worker and people who each have a browser. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
  test as base,
} from '@playwright/test'
import { type BrowserKind, Browsers, profileOptions, type Received } from './browsers.ts'
import { ConsoleWatch } from './console.ts'
import { type Account, createAccount, type Credentials, signIn } from './account.ts'
import { type Server, startServer } from './server.ts'

interface TestFixtures {
  /** The consoles of everybody's pages; a test fails if there is an error on one. */
  consoles: ConsoleWatch
  profiles: Profiles
  /** Opens a browser profile of its own. */
  person: (options?: BrowserContextOptions) => Promise<Page>
  /** Opens a browser profile in which that account is signed in. */
  signedIn: (account: Credentials, options?: BrowserContextOptions) => Promise<Page>
  /** Whoever sends files, with the browser that the project says. */
  sender: Page
  /** Whoever receives them, likewise. */
  receiver: Page
  /** What the receiver has downloaded. */
  received: Received
  /** An account that nobody else in this run has. */
  account: Account
}

/** What a project chooses. */
export interface Choices {
  sendsWith: BrowserKind
  receivesWith: BrowserKind
}

interface WorkerFixtures extends Choices {
  server: Server
  browsers: Browsers
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer()
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
  sendsWith: ['chromium', { option: true, scope: 'worker' }],
  receivesWith: ['chromium', { option: true, scope: 'worker' }],
  browsers: [
    async ({ browser }, use) => {
      const browsers = new Browsers(browser)
      await use(browsers)
      await browsers.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => {
    await use(server.url)
  },
  consoles: [
    async ({}, use) => {
      const consoles = new ConsoleWatch()
      await use(consoles)
      expect(consoles.errors, 'errors in the console').toEqual([])
    },
    { auto: true },
  ],
  profiles: async ({ baseURL, consoles }, use) => {
    const profiles = new Profiles(baseURL, consoles)
    await use(profiles)
    await profiles.close()
  },
  person: async ({ profiles, browser }, use) => {
    await use((options) => profiles.open(browser, options))
  },
  signedIn: async ({ person }, use) => {
    await use(async (account, options) => {
      const page = await person(options)
      await page.goto('/sign-in')
      await signIn(page, account)
      await expect(page.getByRole('button', { name: `Account: ${account.username}` })).toBeVisible()
      return page
    })
  },
  sender: async ({ profiles, browsers, sendsWith }, use) => {
    await use(await profiles.open(await browsers.get(sendsWith)))
  },
  receiver: async ({ profiles, browsers, receivesWith }, use) => {
    await use(await profiles.open(await browsers.get(receivesWith)))
  },
  received: async ({ browsers, receiver }, use) => {
    await use(await browsers.received(receiver))
  },
  account: async ({ request }, use) => {
    await use(await createAccount(request))
  },
})

/** The browser profiles of one test. */
class Profiles {
  private readonly open_: BrowserContext[] = []

  constructor(
    private readonly baseURL: string | undefined,
    private readonly consoles: ConsoleWatch,
  ) {}

  /** A page in a new profile. */
  async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
    const baseURL = this.baseURL === undefined ? {} : { baseURL: this.baseURL }
    const context = await browser.newContext({
      ...profileOptions(browser),
      ...baseURL,
      ...options,
    })
    this.consoles.watch(context)
    this.open_.push(context)
    return context.newPage()
  }

  async close(): Promise<void> {
    for (const context of this.open_) await context.close()
  }
}

export { expect }
