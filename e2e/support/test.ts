/** Playwright's `test`, with a server for each worker and people who each have a browser. */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  expect,
  type Page,
  test as base,
} from '@playwright/test'
import { ConsoleWatch } from './console.ts'
import { type Account, createAccount, signIn } from './account.ts'
import { type Server, startServer } from './server.ts'

interface TestFixtures {
  /** The consoles of everybody's pages; a test fails if there is an error on one. */
  consoles: ConsoleWatch
  /** Opens a browser profile of its own. */
  person: (options?: BrowserContextOptions) => Promise<Page>
  /** Opens a browser profile in which that account is signed in. */
  signedIn: (account: Account, options?: BrowserContextOptions) => Promise<Page>
  /** An account that nobody else in this run has. */
  account: Account
}

interface WorkerFixtures {
  server: Server
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
  person: async ({ browser, baseURL, consoles }, use) => {
    const profiles = new Profiles(browser, baseURL, consoles)
    await use(async (options) => (await profiles.open(options)).newPage())
    await profiles.close()
  },
  signedIn: async ({ browser, baseURL, consoles }, use) => {
    const profiles = new Profiles(browser, baseURL, consoles)
    await use(async (account, options) => {
      const page = await (await profiles.open(options)).newPage()
      await page.goto('/sign-in')
      await signIn(page, account)
      await expect(page.getByRole('button', { name: `Account: ${account.username}` })).toBeVisible()
      return page
    })
    await profiles.close()
  },
  account: async ({ request }, use) => {
    await use(await createAccount(request))
  },
})

/** The browser profiles of one test. */
class Profiles {
  private readonly open_: BrowserContext[] = []

  constructor(
    private readonly browser: Browser,
    private readonly baseURL: string | undefined,
    private readonly consoles: ConsoleWatch,
  ) {}

  async open(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const baseURL = this.baseURL === undefined ? {} : { baseURL: this.baseURL }
    const context = await this.browser.newContext({ ...baseURL, ...options })
    this.consoles.watch(context)
    this.open_.push(context)
    return context
  }

  async close(): Promise<void> {
    for (const context of this.open_) await context.close()
  }
}

export { expect }
