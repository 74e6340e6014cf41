/** The mark: two ends and the line between them, drawn as an S. The favicon draws the same. */
import { cn } from '@/lib/class-names'

/** The mark alone; it says nothing to a screen reader, the name beside it does. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden className={cn('size-8', className)}>
      <path
        d="M21 8h-6.5a4 4 0 0 0 0 8h3a4 4 0 0 1 0 8H11"
        stroke="currentColor"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <circle cx="25" cy="8" r="4" className="fill-accent" />
      <circle cx="7.5" cy="24" r="2.75" stroke="currentColor" strokeWidth="2.5" />
    </svg>
  )
}
