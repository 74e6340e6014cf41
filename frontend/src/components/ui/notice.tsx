/** A message within a page or a form that stays until things change. */
import { CircleAlert, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'

interface NoticeProps {
  /** `danger` is announced at once. */
  tone?: 'neutral' | 'danger'
  children: ReactNode
  className?: string
}

/** A sentence or two in a tinted box. */
export function Notice({ tone = 'neutral', children, className }: NoticeProps) {
  const failed = tone === 'danger'
  const Icon = failed ? CircleAlert : Info
  return (
    <div
      role={failed ? 'alert' : undefined}
      className={cn(
        'flex gap-3 rounded-md p-3 text-sm',
        failed ? 'bg-danger-soft text-danger' : 'bg-sunken text-ink',
        className,
      )}
    >
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  )
}
