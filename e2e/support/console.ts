/** What a page says to its console, where people do not look: nothing may go wrong there unseen. */
import type { BrowserContext } from '@playwright/test'

/** A Firefox reports every connection that breaks, also where its other side is gone and that is all there is to it. */
const BROKEN_CONNECTION = 'WebRTC: ICE failed'

/** What a Chromium says where no server answered: of a request, and of a WebSocket. */
const UNREACHABLE = /^Failed to load resource: net::ERR_|^WebSocket connection to .* failed: /

/** Errors of all pages of the contexts it watches. */
export class ConsoleWatch {
  readonly errors: string[] = []
  private readonly expected = new Set<number>()
  private mayBeUnreachable = false

  /** Listens to every page the context has and will have. */
  watch(context: BrowserContext): void {
    context.on('console', (message) => {
      if (message.type() !== 'error') return
      const status = /the server responded with a status of (\d{3})/.exec(message.text())?.[1]
      if (status !== undefined && this.expected.has(Number(status))) return
      if (this.mayBeUnreachable && UNREACHABLE.test(message.text())) return
      this.errors.push(`${message.text()} (${message.location().url})`)
    })
    context.on('weberror', (error) => {
      const text = String(error.error())
      if (!text.includes(BROKEN_CONNECTION)) this.errors.push(text)
    })
  }

  /** It does so with every request that finds no server: those of a story in which there is none for a while are none. */
  expectUnreachable(): void {
    this.mayBeUnreachable = true
  }

  /** Chromium reports every refused request as an error: those that a story is about are none. */
  expectRefusals(...statuses: number[]): void {
    for (const status of statuses) this.expected.add(status)
  }
}
