/** What stands in the viewer while a preview is on its way. */
import { Skeleton } from '@/components/ui/skeleton'

/** A grey sheet. */
export function PreviewSkeleton() {
  return (
    <div role="status" className="flex min-h-0 flex-1 p-4 sm:p-6">
      <span className="sr-only">Loading</span>
      <Skeleton className="mx-auto h-full w-full max-w-3xl" />
    </div>
  )
}
