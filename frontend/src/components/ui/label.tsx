/** The name of a form field. */
import { Label as RadixLabel } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from '@/lib/class-names'

/** Names the field whose `id` is `htmlFor`. */
export function Label({ className, ...props }: ComponentProps<typeof RadixLabel.Root>) {
  return <RadixLabel.Root className={cn('text-sm font-medium text-ink', className)} {...props} />
}
