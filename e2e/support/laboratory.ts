/** Playwright's `test` on networks that are made for the occasion (see `lab/`): a server, and two people. */
import { type Browser, type Page, test as base } from '@playwright/test'
import { launchOn } from '../lab/browser.mjs'
import type { Nature } from '../lab/line.mjs'
import { buildLines, SEGMENT as LINE_SEGMENT } from '../lab/lines.mjs'
import type { Machine } from '../lab/namespaces.mjs'
import { buildNats, SEGMENT as NAT_SEGMENT } from '../lab/nats.mjs'
import { type Coturn, startCoturn, type Transport } from '../lab/coturn.mjs'
import { startServer } from './server.ts'

/** What every network has. */
export interface Network {
  readonly left: Machine
  readonly right: Machine
  /** Where the server is. */
  readonly segment: Machine
  close(): void
}

/** Two people on a network. */
export interface People<N extends Network> {
  readonly network: N
  readonly left: Page
  readonly right: Page
  /** The server's address. */
  readonly url: string
}

export type LinePeople = People<Awaited<ReturnType<typeof buildLines>>>
export type NatPeople = People<ReturnType<typeof buildNats>>

interface NatOptions {
  readonly mapping: 'cone' | 'symmetric'
  readonly udp?: boolean
  /** Has coturn do what the server's own TURN does otherwise, reached by this transport. */
  readonly coturn?: Transport
}

interface LaboratoryFixtures {
  /** Two people with a line of that nature between them. */
  overLine: (nature: Nature) => Promise<LinePeople>
  /** Two people behind a router each that translates addresses. */
  behindNats: (options: NatOptions) => Promise<NatPeople>
  /** What is ended after the story, the last first. */
  endings: (() => Promise<void> | void)[]
}

export const test = base.extend<LaboratoryFixtures>({
  endings: async ({}, use) => {
    const endings: (() => Promise<void> | void)[] = []
    await use(endings)
    for (const end of endings.reverse()) await end()
  },
  overLine: async ({ endings }, use) => {
    await use(async (nature) => {
      const network = await buildLines(nature)
      endings.push(network.close)
      return populate(network, LINE_SEGMENT, endings)
    })
  },
  behindNats: async ({ endings }, use) => {
    await use(async ({ coturn: transport, ...options }) => {
      const network = buildNats(options)
      endings.push(network.close)
      const coturn = transport && (await startCoturn(network.segment, NAT_SEGMENT, transport))
      return populate(network, NAT_SEGMENT, endings, coturn)
    })
  },
})

/** Starts a server on the segment and a browser on each side. */
async function populate<N extends Network>(
  network: N,
  host: string,
  endings: (() => Promise<void> | void)[],
  coturn?: Coturn,
): Promise<People<N>> {
  const server = await startServer({ host, machine: network.segment }, coturn?.variables)
  endings.push(() => server.stop())
  const browsers: Browser[] = []
  for (const machine of [network.left, network.right]) {
    const browser = await launchOn(machine, server.url, coturn?.browserWords)
    endings.push(() => browser.close())
    browsers.push(browser)
  }
  const [left, right] = await Promise.all(browsers.map(async (browser) => browser.newPage()))
  if (!left || !right) throw new Error('two machines have two pages')
  return { network, left, right, url: server.url }
}

export { expect } from '@playwright/test'
