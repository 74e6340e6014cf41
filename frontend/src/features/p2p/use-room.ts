/** Thin hooks between the engine and React. Used by the room page's two sides. */
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react'
import type { Member, Transfer } from './engine/member'
import type { Room } from './engine/room'
import { hasEnded, type TransferSnapshot } from './engine/transfer-state'
import { tabTitle } from './tab-title'

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

/** The tab's title: how far things are, or what the page is called. */
export function useTabTitle(members: readonly Member[], page: string): string {
  return useTransfers(members, (transfers) => tabTitle(transfers, page))
}

/** Members but those who looked in and left before accepting anything: they are of no more interest. */
export function useMembersOfInterest<T extends Transfer>(
  members: readonly Member<T>[],
): readonly Member<T>[] {
  const marks = useTransfers(members, (transfers) =>
    transfers.map(({ accepted, failure }) => accepted || failure?.code !== 'left').join(),
  ).split(',')
  return members.filter((_, at) => marks[at] === 'true')
}

/** Whether no transfer is there that anything could still pass beside. */
export function useAllEnded(members: readonly Member[]): boolean {
  const ended = useTransfers(members, (transfers) => `${transfers.every(hasEnded)}`)
  return ended === 'true'
}

/** A text that follows from all transfers; the component renders again when it changes. */
function useTransfers(
  members: readonly Member[],
  text: (transfers: readonly TransferSnapshot[]) => string,
): string {
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = members.map(({ transfer }) => transfer.state.subscribe(listener))
      return () => {
        for (const stop of stops) stop()
      }
    },
    [members],
  )
  return useSyncExternalStore(subscribe, () =>
    text(members.map(({ transfer }) => transfer.state.getSnapshot())),
  )
}

/** Keeps the screen on while `active`, where the browser can: a phone that sleeps stops its pages. */
export function useWakeLock(active: boolean): void {
  useEffect(() => {
    const wakeLock = (navigator as Partial<Navigator>).wakeLock
    if (!active || !wakeLock) return
    let held: Promise<WakeLockSentinel | undefined> = Promise.resolve(undefined)
    // The browser takes it away with a page that is hidden, and refuses it to one.
    const take = () => {
      if (document.visibilityState !== 'visible') return
      held = wakeLock.request('screen').catch(() => undefined)
    }
    take()
    document.addEventListener('visibilitychange', take)
    return () => {
      document.removeEventListener('visibilitychange', take)
      void held.then((sentinel) => sentinel?.release())
    }
  }, [active])
}
