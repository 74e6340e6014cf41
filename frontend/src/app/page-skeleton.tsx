/** What stands in the main part until the first page has been loaded. */
import { Skeleton } from '@/components/ui/skeleton'

/** A heading and a block. */
export function PageSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-9 w-40" />
      <Skeleton className="mt-6 h-56" />
    </div>
  )
}
