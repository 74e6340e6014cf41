/** A row of the library's list that has yet to come. */
import { Skeleton } from '@/components/ui/skeleton'
import { ariaRow } from './row-handlers'

/** As high as any other. */
export function SkeletonRow({ index }: { index: number }) {
  return (
    <tr aria-rowindex={ariaRow(index)} className="h-18 md:h-14">
      <td />
      <td colSpan={6} className="pe-4">
        <span className="sr-only">Loading</span>
        <div style={{ width: `${40 + ((index * 17) % 40)}%` }}>
          <Skeleton className="h-4" />
        </div>
      </td>
    </tr>
  )
}
