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
import { type Program, type Server, startServerIn } from './server.ts'
import { openStores, type Rung, type Store, type Stores } from './store.ts'

/** Starts a server that is told that beside the usual. */
type Serve = (variables?: Readonly<Record<string, string>>) => Promise<Program>

interface TestFixtures {
  /**
   * Starts servers of the story's own, which stop when it ends. They have one store in common: the next one finds what
   * the one before has left.
   */
  serve: Serve
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
  /** Where servers keep everything. */
  rung: Rung
}

interface WorkerFixtures extends Choices {
  stores: Stores
  /** One for all stories that need none of their own. */
  server: Server
  browsers: Browsers
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  rung: ['home', { option: true, scope: 'worker' }],
  stores: [
    async ({ rung }, use) => {
      const stores = await openStores(rung)
      await use(stores)
      await stores.close()
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ stores }, use) => {
      await withStore(stores, async (store) => {
        const server = await startServerOn(store)
        await use(server)
        await server.stop()
      })
    },
    { scope: 'worker' },
  ],
  serve: async ({ stores }, use) => {
    await withStore(stores, async (store) => {
      const servers: Program[] = []
      await use(async (variables) => {
        const server = await startServerOn(store, variables)
        servers.push(server)
        return server
      })
      for (const server of servers) await server.stop()
    })
  },
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

async function withStore(stores: Stores, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await stores.open()
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

const startServerOn = (store: Store, variables: Readonly<Record<string, string>> = {}) =>
  startServerIn(store.folder, undefined, { ...store.variables, ...variables })

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
