/** Grey shapes where content will be, while it loads. */
import { cn } from '@/lib/class-names'

/** One shape; give it a size. Hidden from screen readers: say "Loading" once, beside it. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('animate-breathe rounded-md bg-sunken', className)} />
}
