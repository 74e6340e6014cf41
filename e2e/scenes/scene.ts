/** What a scene of the accessibility stories is: a page, brought to show what it is about. */
import {
  type APIRequestContext,
  type BrowserContextOptions,
  expect,
  type Page,
} from '@playwright/test'
import type { Account } from '../support/account.ts'

interface People {
  person: (options: BrowserContextOptions) => Promise<Page>
  signedIn: (account: Account, options: BrowserContextOptions) => Promise<Page>
  account: Account
}

/** Opens the browser of whoever looks at a page. */
type Visitor = (people: People, options: BrowserContextOptions) => Promise<Page>

/** Somebody who is not signed in. */
export const anybody: Visitor = ({ person }, options) => person(options)
/** Whoever has the story's account. */
export const owner: Visitor = ({ signedIn, account }, options) => signedIn(account, options)

/** A page as somebody sees it. */
export interface Scene {
  readonly name: string
  readonly visitor: Visitor
  /** Requests that are refused on the way there. */
  readonly refusals?: readonly number[]
  /** What of the page it is about, where the rest is looked at in another scene and takes a minute. */
  readonly within?: string
  /** Leads the page there and returns when it shows what it is about. */
  readonly open: (page: Page, request: APIRequestContext, account: Account) => Promise<void>
}

/** Opens a page and waits for its heading. */
export async function at(page: Page, path: string, heading: RegExp | string = /./) {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
}

/** One with something in it, and one that is empty. */
export const SMALL_FILES = ['notes.txt', 'empty.txt'].map((name, size) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.alloc(8 * (1 - size), 'x'),
}))

/** As long as names get, with nowhere to break it. */
export const LONG_NAME = `${'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3)}.tar.gz`
