/** A page in a narrow column: by which one gets in, or lets a computer in. */
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'

export interface NarrowPageProps {
  /** The heading, and the document's title. */
  title: string
  /** Whether this took the place of a form: the button that had the focus is gone, and the heading takes it. */
  outcome?: boolean
  children: ReactNode
}

interface Look {
  /** What stands above the heading. */
  mark: ReactNode
  /** How wide the column is at most. */
  className: string
}

/** The mark, the heading, and under it what the page is about. */
export function NarrowPage({
  title,
  outcome = false,
  mark,
  className,
  children,
}: NarrowPageProps & Look) {
  return (
    <div className={cn('mx-auto sm:pt-8', className)}>
      <title>{`${title} · ShareSync`}</title>
      {mark}
      <h1
        ref={outcome ? focus : undefined}
        tabIndex={-1}
        className="mt-4 text-xl font-semibold break-words outline-none"
      >
        {title}
      </h1>
      {children}
    </div>
  )
}

function focus(heading: HTMLElement | null) {
  heading?.focus()
}
