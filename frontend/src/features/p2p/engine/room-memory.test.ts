/** Which of two pages of one browser has a room, and how long the other waits to know. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { claimRoom } from './room-memory'

const ROOM = 'r'.repeat(22)

const LOCK: Lock = { name: ROOM, mode: 'exclusive' }

interface Times {
  /** For how long another page has the room. */
  heldFor?: number
  /** How long the browser takes to give a free one. */
  busyFor?: number
}

/** The locks of a browser in which it goes like this, in milliseconds. */
function locks({ heldFor = 0, busyFor = 0 }: Times): Pick<LockManager, 'request'> {
  const request = (
    _name: string,
    { ifAvailable = false, signal }: LockOptions,
    granted: LockGrantedCallback<unknown>,
  ) =>
    new Promise<unknown>((resolve, reject) => {
      const answer = setTimeout(
        () => {
          resolve(granted(ifAvailable && heldFor > 0 ? null : LOCK))
        },
        ifAvailable ? busyFor : heldFor + busyFor,
      )
      signal?.addEventListener('abort', () => {
        clearTimeout(answer)
        reject(new DOMException('gave up', 'AbortError'))
      })
    })
  return { request: request as LockManager['request'] }
}

describe('a room that another page of this browser may have', () => {
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
  async function alone(type: NavigationTimingType, times: Times) {
    vi.stubGlobal('navigator', { locks: locks(times) })
    vi.spyOn(performance, 'getEntriesByType').mockReturnValue([
      { type } as PerformanceNavigationTiming,
    ])
    const claim = claimRoom(ROOM)
    await vi.runAllTimersAsync()
    return (await claim).alone
  }

  it.each(['reload', 'back_forward'] as const)('is waited for after a %s', async (type) => {
    expect(await alone(type, { heldFor: 500 })).toBe(true)
    expect(await alone(type, { heldFor: 1500 })).toBe(false)
  })

  it('is hardly waited for by a page that was opened beside it', async () => {
    expect(await alone('navigate', { heldFor: 100 })).toBe(true)
    expect(await alone('navigate', { heldFor: 500 })).toBe(false)
  })

  it('is not taken to be held because the machine is slow', async () => {
    expect(await alone('navigate', { busyFor: 5000 })).toBe(true)
  })
})
