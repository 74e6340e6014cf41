/** Rows to come, in place of a list that is on its way. */
import { Skeleton } from '@/components/ui/skeleton'

/** `label` says what is on its way: "Loading your files". */
export function RowsSkeleton({ label }: { label: string }) {
  return (
    <div className="rounded-md border border-line bg-surface p-4" role="status">
      <span className="sr-only">{label}</span>
      {[72, 56, 64, 48, 60].map((width) => (
        <div key={width} className="flex h-14 items-center gap-3">
          <Skeleton className="size-10" />
          <div style={{ width: `${width}%` }}>
            <Skeleton className="h-4" />
          </div>
        </div>
      ))}
    </div>
  )
}
