/** The head of the library's list: a box for all rows, and by what they are sorted. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { Checkbox } from '@/components/ui/checkbox'
import { cn } from '@/lib/class-names'
import { firstOrder, type Place, type Sort, sortedBy } from './place'
import { wholeState } from './selection'
import { SortMenu } from './sort-menu'

interface TableHeadProps {
  place: Place
  /** How many rows are ticked, and how many there are. */
  selected: number
  count: number
  onToggleAll: () => void
}

/** What a search finds has an order of its own. */
export function TableHead({ place, selected, count, onToggleAll }: TableHeadProps) {
  return (
    <thead className="text-xs text-muted [&_th]:font-medium">
      <tr className="h-10" aria-rowindex={1}>
        <th scope="col" className="w-12 ps-4 text-start">
          <Checkbox
            aria-label="Select all"
            checked={wholeState(selected, count)}
            onCheckedChange={onToggleAll}
          />
        </th>
        <SortedHead place={place} sort="name" label="Name" />
        <SortedHead place={place} sort="size" label="Size" className="w-28 text-end" isAside />
        <SortedHead place={place} sort="added" label="Added" className="w-36 ps-4" isAside />
        <th scope="col" className="hidden w-24 px-4 text-start md:table-cell">
          Shared
        </th>
        <th scope="col" className="hidden w-28 px-4 text-end lg:table-cell">
          Downloads
        </th>
        <th scope="col" className="w-14 text-end md:w-36">
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  )
}

interface SortedHeadProps {
  place: Place
  sort: Sort
  label: string
  className?: string
  /** Whether it has no room on a narrow screen. */
  isAside?: boolean
}

function SortedHead({ place, sort, label, className, isAside }: SortedHeadProps) {
  const [parameters, setParameters] = useSearchParams()
  const isSearch = place.search !== ''
  const isSorted = !isSearch && place.sort === sort
  const next = isSorted ? (place.order === 'asc' ? 'desc' : 'asc') : firstOrder(sort)
  const Arrow = place.order === 'asc' ? ArrowUp : ArrowDown
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (place.order === 'asc' ? 'ascending' : 'descending') : undefined}
      className={cn('text-start', isAside && 'hidden md:table-cell', className)}
    >
      {isSearch ? (
        label
      ) : (
        <button
          type="button"
          onClick={() =>
            setParameters(sortedBy(parameters, sort, next), {
              replace: true,
              preventScrollReset: true,
            })
          }
          className={cn(
            '-mx-2 inline-flex h-8 items-center gap-1 rounded-md px-2 transition hover:bg-sunken hover:text-ink',
            isSorted && 'text-ink',
            sort === 'size' && 'flex-row-reverse',
            !isAside && 'max-md:hidden',
          )}
        >
          {label}
          <Arrow aria-hidden className={cn('size-3.5', !isSorted && 'invisible')} />
        </button>
      )}
      {!isSearch && !isAside && <SortMenu place={place} />}
    </th>
  )
}
