/** Which of two pages of one browser has a room, and how long the other waits to know. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { claimRoom } from './room-memory'

const ROOM = 'r'.repeat(22)

/** Another page of this browser that has the room, and lets go of it after so many milliseconds. */
function heldFor(milliseconds: number): Pick<LockManager, 'request'> {
  const request = (_name: string, { signal }: LockOptions, granted: LockGrantedCallback<unknown>) =>
    new Promise<unknown>((resolve, reject) => {
      const free = setTimeout(() => {
        resolve(granted(null))
      }, milliseconds)
      signal?.addEventListener('abort', () => {
        clearTimeout(free)
        reject(new DOMException('gave up', 'AbortError'))
      })
    })
  return { request: request as LockManager['request'] }
}

describe('a room that another page of this browser has', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    // The clock of the real one is none that a test can turn.
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      const controller = new AbortController()
      setTimeout(() => {
        controller.abort()
      }, milliseconds)
      return controller.signal
    })
  })

  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  /** Whether a page that came to be in this way has the room to itself. */
  async function alone(type: NavigationTimingType, anotherHasItFor: number) {
    vi.stubGlobal('navigator', { locks: heldFor(anotherHasItFor) })
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([
      { type } as PerformanceNavigationTiming,
    ])
    const claim = claimRoom(ROOM)
    await vi.runAllTimersAsync()
    return (await claim).alone
  }

  it.each(['reload', 'back_forward'] as const)('is waited for after a %s', async (type) => {
    expect(await alone(type, 500)).toBe(true)
    expect(await alone(type, 1500)).toBe(false)
  })

  it('is hardly waited for by a page that was opened beside it', async () => {
    expect(await alone('navigate', 100)).toBe(true)
    expect(await alone('navigate', 500)).toBe(false)
  })
})
