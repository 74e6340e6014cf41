/** What lies in the trash as a table, with its selection. */
import { Undo2, X } from 'lucide-react'
import { useState } from 'react'
import type { Trashed } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { formatCount } from '@/lib/format'
import { useSelection, wholeState } from './selection'
import { TrashRow } from './trash-row'
import { useRemoval } from './use-removal'

interface TrashTableProps {
  items: readonly Trashed[]
  /** Asked to remove some of it for good. */
  onRemove: (items: readonly Trashed[]) => void
}

const idOf = ({ id }: Trashed) => id

/** The table. */
export function TrashTable({ items, onRemove }: TrashTableProps) {
  const { restore } = useRemoval()
  const { selected: ticked, toggle, set, clear } = useSelection(idOf, 'trash')
  const [now] = useState(() => Date.now())
  // What is no longer there is no longer selected.
  const selected = items.filter(({ id }) => ticked.has(id))
  const takeBack = (some: readonly Trashed[]) => {
    const [first] = some
    const what = some.length === 1 && first ? first.name : formatCount(some.length, 'item')
    void restore(some.map(idOf), what).then((restored) => {
      if (restored) clear()
    })
  }
  return (
    <>
      {selected.length > 0 && (
        <section
          aria-label="Selected"
          className="sticky top-2 z-20 mb-2 flex animate-enter flex-wrap items-center gap-2 rounded-md border border-accent bg-surface p-2 shadow-lift"
        >
          <p role="status" className="me-auto ps-1 text-sm font-medium sm:ps-2">
            {selected.length} selected
          </p>
          <Button size="sm" onClick={() => takeBack(selected)}>
            <Undo2 aria-hidden />
            Restore
          </Button>
          <Button variant="danger" size="sm" onClick={() => onRemove(selected)}>
            <X aria-hidden />
            Delete for good
          </Button>
        </section>
      )}
      <div className="overflow-hidden rounded-md border border-line bg-surface">
        <table className="w-full table-fixed border-collapse text-start">
          <caption className="sr-only">What lies in the trash, the last first</caption>
          <thead className="border-b border-line text-xs text-muted [&_th]:font-medium">
            <tr className="h-10">
              <th scope="col" className="w-12 ps-4 text-start">
                <Checkbox
                  aria-label="Select all"
                  checked={wholeState(selected.length, items.length)}
                  onCheckedChange={() => set(selected.length > 0 ? [] : items)}
                />
              </th>
              <th scope="col" className="text-start">
                Name
              </th>
              <th scope="col" className="hidden w-28 text-end md:table-cell">
                Size
              </th>
              <th scope="col" className="hidden w-48 ps-6 text-start md:table-cell">
                In the trash
              </th>
              <th scope="col" className="hidden w-36 ps-4 text-start md:table-cell">
                Gone
              </th>
              <th scope="col" className="w-24 md:w-40">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <TrashRow
                key={item.id}
                item={item}
                now={now}
                isSelected={ticked.has(item.id)}
                onToggle={() => toggle(item)}
                onRestore={() => takeBack([item])}
                onRemove={() => onRemove([item])}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
