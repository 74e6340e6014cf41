/** Which rows of the library are ticked. */
import { useState } from 'react'
import type { FileSummary } from '@/api/types'

/** The selection among `files`; what is no longer listed is no longer selected. */
export function useSelection(files: readonly FileSummary[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const selected = files.filter(({ id }) => ids.has(id))
  const toggle = (id: string) => {
    const next = new Set(ids)
    if (!next.delete(id)) next.add(id)
    setIds(next)
  }
  const all: boolean | 'indeterminate' =
    selected.length === 0 ? false : selected.length === files.length ? true : 'indeterminate'
  return {
    selected,
    /** Whether all listed files are selected; `indeterminate` when some are. */
    all,
    has: (id: string) => ids.has(id),
    toggle,
    toggleAll: () => setIds(all === true ? new Set() : new Set(files.map(({ id }) => id))),
    clear: () => setIds(new Set()),
  }
}
