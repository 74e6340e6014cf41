/** A one-line text field. */
import type { ComponentProps } from 'react'
import { cn } from '@/lib/class-names'

/** A text field; `aria-invalid` colours its edge. The text is 16 px, so that phones do not zoom in. */
export function Input({ className, ...props }: ComponentProps<'input'>) {
  return (
    <input
      className={cn(
        'h-11 w-full min-w-0 rounded-md border border-line-strong bg-surface px-3 text-base text-ink transition placeholder:text-muted read-only:bg-sunken disabled:opacity-50 aria-invalid:border-danger',
        className,
      )}
      {...props}
    />
  )
}
