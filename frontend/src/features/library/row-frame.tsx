/** What every row of the library's list has: its height, its box to tick, and how it is taken hold of. */
import type { ComponentProps, ReactNode } from 'react'
import { Checkbox } from '@/components/ui/checkbox'
import { cn } from '@/lib/class-names'
import type { Entry } from './entry'
import { ariaRow, type RowProps } from './row-handlers'

interface RowFrameProps
  extends
    Pick<RowProps, 'index' | 'isSelected' | 'handlers'>,
    Omit<ComponentProps<'tr'>, 'children'> {
  entry: Entry
  name: string
  children: ReactNode
}

/** The row. Its height is known beforehand (`use-row-height.ts`), so nothing in it may need more. */
export function RowFrame(props: RowFrameProps) {
  const { entry, name, index, isSelected, handlers, className, children, ...row } = props
  return (
    <tr
      aria-rowindex={ariaRow(index)}
      draggable
      onDragStart={(event) => handlers.onDragStart(event, entry)}
      onDragEnd={handlers.onDragEnd}
      className={cn(
        'group h-18 md:h-14',
        isSelected ? 'bg-accent-soft' : 'focus-within:bg-page hover:bg-page',
        className,
      )}
      {...row}
    >
      <td className="ps-4">
        <Checkbox
          aria-label={`Select ${name}`}
          checked={isSelected}
          onCheckedChange={() => handlers.onToggle(entry)}
        />
      </td>
      {children}
    </tr>
  )
}
