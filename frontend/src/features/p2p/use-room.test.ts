import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useLeaveWarning, useWakeLock } from './use-room'

describe('the wake lock', () => {
  let released: number
  const request = vi.fn<() => Promise<{ release: () => Promise<void> }>>()
  let visible: DocumentVisibilityState

  beforeEach(() => {
    released = 0
    visible = 'visible'
    request.mockReset().mockImplementation(() =>
      Promise.resolve({
        release: () => {
          released += 1
          return Promise.resolve()
        },
      }),
    )
    vi.stubGlobal('navigator', { wakeLock: { request } })
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visible)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  /** Hides the page, or shows it again. */
  function turn(to: DocumentVisibilityState) {
    visible = to
    document.dispatchEvent(new Event('visibilitychange'))
  }

  it('is held while something moves, and given back afterwards', async () => {
    const { rerender } = renderHook(({ active }) => useWakeLock(active), {
      initialProps: { active: false },
    })
    expect(request).not.toHaveBeenCalled()
    rerender({ active: true })
    expect(request).toHaveBeenCalledExactlyOnceWith('screen')
    rerender({ active: false })
    await vi.waitUntil(() => released === 1)
    turn('visible')
    expect(request).toHaveBeenCalledOnce()
  })

  it('is taken again when the page is looked at again', () => {
    renderHook(() => useWakeLock(true))
    turn('hidden')
    expect(request).toHaveBeenCalledOnce()
    turn('visible')
    expect(request).toHaveBeenCalledTimes(2)
  })

  it('is done without where the browser refuses it or has none', async () => {
    request.mockRejectedValue(new DOMException('no', 'NotAllowedError'))
    const refused = renderHook(() => useWakeLock(true))
    await Promise.resolve()
    refused.unmount()
    vi.stubGlobal('navigator', {})
    renderHook(() => useWakeLock(true)).unmount()
  })
})

describe('the warning before leaving', () => {
  /** Whether the browser would ask before it closes the page. */
  const asks = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))

  it('is given while something moves, and at no other time', () => {
    const { rerender, unmount } = renderHook(({ active }) => useLeaveWarning(active), {
      initialProps: { active: false },
    })
    expect(asks()).toBe(false)
    rerender({ active: true })
    expect(asks()).toBe(true)
    rerender({ active: false })
    expect(asks()).toBe(false)
    rerender({ active: true })
    unmount()
    expect(asks()).toBe(false)
  })
})
