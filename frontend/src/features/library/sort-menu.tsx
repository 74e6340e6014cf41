/** How the library is sorted, where there is no room for the columns that say so. In the head of its list. */
import { ChevronDown } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { Menu, MenuRadioGroup, MenuRadioItem } from '@/components/ui/menu'
import { type Order, type Place, type Sort, sortedBy } from './place'

const WAYS: readonly { sort: Sort; order: Order; label: string }[] = [
  { sort: 'added', order: 'desc', label: 'Newest first' },
  { sort: 'added', order: 'asc', label: 'Oldest first' },
  { sort: 'name', order: 'asc', label: 'By name, from A' },
  { sort: 'name', order: 'desc', label: 'By name, from Z' },
  { sort: 'size', order: 'desc', label: 'Largest first' },
  { sort: 'size', order: 'asc', label: 'Smallest first' },
]

/** A menu that says what is so now. */
export function SortMenu({ place }: { place: Place }) {
  const [parameters, setParameters] = useSearchParams()
  const now = WAYS.find(({ sort, order }) => sort === place.sort && order === place.order)
  return (
    <span className="md:hidden">
      <Menu
        trigger={
          <button
            type="button"
            aria-label={`Sorted: ${now?.label ?? ''}`}
            className="-mx-2 inline-flex h-10 items-center gap-1 rounded-md px-2 hover:bg-sunken"
          >
            {now?.label}
            <ChevronDown aria-hidden className="size-3.5" />
          </button>
        }
      >
        <MenuRadioGroup
          value={now?.label ?? ''}
          onValueChange={(label) => {
            const way = WAYS.find((each) => each.label === label)
            if (way) setParameters(sortedBy(parameters, way.sort, way.order), { replace: true })
          }}
        >
          {WAYS.map(({ label }) => (
            <MenuRadioItem key={label} value={label}>
              {label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </Menu>
    </span>
  )
}
