/** Which rows of a list are ticked. They stay so out of sight. */
import { useCallback, useState } from 'react'

/** A list's selection. */
export interface Selection<Item> {
  /** By their ids, in the order in which they were ticked. */
  readonly selected: ReadonlyMap<string, Item>
  readonly toggle: (item: Item) => void
  /** Ticks these alone. */
  readonly set: (items: readonly Item[]) => void
  readonly clear: () => void
}

/** The selection in a list, nothing at first: `list` names it, and in another nothing is selected. */
export function useSelection<Item>(idOf: (item: Item) => string, list: string): Selection<Item> {
  const [kept, setKept] = useState<{ list: string; items: ReadonlyMap<string, Item> }>(() => ({
    list,
    items: new Map(),
  }))
  if (kept.list !== list) setKept({ list, items: new Map() })
  const toggle = useCallback(
    (item: Item) =>
      setKept(({ list, items }) => {
        const next = new Map(items)
        if (!next.delete(idOf(item))) next.set(idOf(item), item)
        return { list, items: next }
      }),
    [idOf],
  )
  const set = useCallback(
    (items: readonly Item[]) =>
      setKept(({ list }) => ({ list, items: new Map(items.map((item) => [idOf(item), item])) })),
    [idOf],
  )
  const clear = useCallback(() => set([]), [set])
  return { selected: kept.items, toggle, set, clear }
}

/** How the box of a whole list is ticked. */
export function wholeState(selected: number, count: number): boolean | 'indeterminate' {
  return selected === 0 ? false : selected >= count ? true : 'indeterminate'
}
