/** Thin hooks between the engine and React. Used by the room page's two sides. */
import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { Transfer } from './engine/member'
import type { Room } from './engine/room'

interface Watchable<T> {
  readonly subscribe: (listener: () => void) => () => void
  readonly getSnapshot: () => T
}

/** What a store holds now; the component renders again when that changes. */
export function useSnapshot<T>(store: Watchable<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot)
}

/** Opens the room for as long as the component is on the page. */
export function useOpenRoom<T extends Transfer>(room: Room<T>): void {
  const closing = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    // React's strict mode unmounts and mounts again at once, which is no reason to leave the room.
    clearTimeout(closing.current)
    void room.open()
    return () => {
      closing.current = setTimeout(() => room.close())
    }
  }, [room])
}

/** Has the browser ask before the page is closed, while `active`. */
export function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [active])
}
