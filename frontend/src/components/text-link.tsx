/** A link in a line of text. Used by pages that lead on from what they say. */
import type { ComponentProps } from 'react'
import { Link } from 'react-router'
import { cn } from '@/lib/class-names'

/** Underlined: its colour alone would not tell it from the text. */
export function TextLink({ className, ...props }: ComponentProps<typeof Link>) {
  return (
    <Link
      className={cn('font-medium text-accent underline underline-offset-4', className)}
      {...props}
    />
  )
}
