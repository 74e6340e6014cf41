/** What is longer than its frame: scrolled by touch, by wheel, and by keys, for which it takes the focus. */
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'

interface ScrollAreaProps {
  /** What is in it. */
  label: string
  className?: string
  children: ReactNode
}

/** Fills what the frame leaves. */
export function ScrollArea({ label, className, children }: ScrollAreaProps) {
  return (
    <div
      role="region"
      aria-label={label}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else not every browser lets keys scroll it
      tabIndex={0}
      className={cn('min-h-0 flex-1 overflow-y-auto outline-offset-[-2px]', className)}
    >
      {children}
    </div>
  )
}
