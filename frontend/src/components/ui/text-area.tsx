/** A text field that grows with its lines. */
import type { ComponentProps } from 'react'
import { cn } from '@/lib/class-names'

/** Looks like `Input`; a line high while it holds one. */
export function TextArea({ className, ...props }: ComponentProps<'textarea'>) {
  return (
    <textarea
      rows={1}
      className={cn(
        'field-sizing-content max-h-40 min-h-11 w-full min-w-0 resize-none rounded-md border border-line-strong bg-surface px-3 py-2.5 text-base leading-snug text-ink transition placeholder:text-muted aria-invalid:border-danger',
        className,
      )}
      {...props}
    />
  )
}
