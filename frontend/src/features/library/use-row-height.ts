/** How high a row of the library is, in pixels: as the classes of `row-frame.tsx` say, for as large as text is here. */
import { useSyncExternalStore } from 'react'

/** In the root's `em`: narrow screens have a second line. */
const [NARROW, WIDE] = [4.5, 3.5]

const wide = window.matchMedia('(min-width: 48rem)')

function watch(watcher: () => void): () => void {
  window.addEventListener('resize', watcher)
  wide.addEventListener('change', watcher)
  return () => {
    window.removeEventListener('resize', watcher)
    wide.removeEventListener('change', watcher)
  }
}

function height(): number {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize)
  return rem * (wide.matches ? WIDE : NARROW)
}

/** Watched. */
export function useRowHeight(): number {
  return useSyncExternalStore(watch, height)
}
