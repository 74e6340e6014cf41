/** A sheet on the page: one subject, with an optional heading. */
import type { ComponentProps } from 'react'
import { cn } from '@/lib/class-names'

/** The sheet itself. */
export function Card({ className, ...props }: ComponentProps<'section'>) {
  return (
    <section
      className={cn('rounded-md border border-line bg-surface p-4 sm:p-6', className)}
      {...props}
    />
  )
}

/** The sheet's heading, of the second level. */
export function CardTitle({ className, children, ...props }: ComponentProps<'h2'>) {
  return (
    <h2 className={cn('text-lg font-semibold', className)} {...props}>
      {children}
    </h2>
  )
}

/** A sentence under the heading. */
export function CardDescription({ className, ...props }: ComponentProps<'p'>) {
  return <p className={cn('mt-1 text-sm text-muted', className)} {...props} />
}
