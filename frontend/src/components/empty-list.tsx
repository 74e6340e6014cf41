/** In place of a list that has nothing in it: what will be in it, and what to do. */
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface EmptyListProps {
  Icon: LucideIcon
  title: string
  /** A sentence. */
  children: ReactNode
  /** A button, where there is something to do. */
  action?: ReactNode
}

/** A sheet with the words in its middle. */
export function EmptyList({ Icon, title, children, action }: EmptyListProps) {
  return (
    <div className="flex flex-col items-center rounded-md border border-line bg-surface px-4 py-16 text-center">
      <Icon aria-hidden className="size-10 text-muted" strokeWidth={1.5} />
      <p className="mt-4 text-lg font-semibold">{title}</p>
      <p className="mt-1 max-w-sm text-sm text-muted">{children}</p>
      {action && <div className="mt-6">{action}</div>}
    </div>
  )
}
