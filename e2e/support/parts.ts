/** The parts of uploads that a page sends, whether to the server or to its bucket. */
import { EventEmitter, once } from 'node:events'
import type { Page } from '@playwright/test'

/** Where they are put: at the server, by path; at a bucket, by its query. */
const ADDRESS = /\/api\/uploads\/[^/]+\/parts\/(\d+)\?|[?&]partNumber=(\d+)/

type Held = (part: number) => boolean

function partIn(url: string): number {
  const [, atServer, atBucket] = ADDRESS.exec(url) ?? []
  return Number(atServer ?? atBucket)
}

/** Numbers of the parts that a page has sent, and that were taken. */
export function partsTaken(page: Page): number[] {
  const taken: number[] = []
  page.on('response', (response) => {
    if (response.request().method() === 'PUT' && response.ok()) taken.push(partIn(response.url()))
  })
  return taken
}

/** Keeps parts from being sent. What is returned holds others from then on, or none, and lets the rest through. */
export async function holdParts(page: Page, isHeld: Held): Promise<(isHeld?: Held) => void> {
  const changes = new EventEmitter()
  await page.route(ADDRESS, async (route) => {
    const part = partIn(route.request().url())
    while (isHeld(part)) await once(changes, 'change')
    // What was held may have gone with its page.
    await route.continue().catch(() => undefined)
  })
  return (others = () => false) => {
    isHeld = others
    changes.emit('change')
  }
}

/**
 * Leaves a page for good, without closing it: a browser lets go of what is held when the tab is closed, and sends it if
 * the page has not ended by then.
 */
export async function leave(page: Page): Promise<void> {
  await page.goto('about:blank')
}
