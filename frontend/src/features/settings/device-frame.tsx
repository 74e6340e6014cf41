/** The frame of what is said about letting a computer in: a narrow column, and a heading that takes the focus. */
import { SquareTerminal } from 'lucide-react'
import type { ReactNode } from 'react'

interface DeviceFrameProps {
  /** The heading, and the document's title. */
  title: string
  /** Whether this took the place of something with a button that had the focus. */
  outcome?: boolean
  children: ReactNode
}

/** A terminal, the heading, and what it is about. */
export function DeviceFrame({ title, outcome = false, children }: DeviceFrameProps) {
  return (
    <div className="mx-auto max-w-md sm:pt-8">
      <title>{`${title} · ShareSync`}</title>
      <SquareTerminal aria-hidden className="size-12 text-muted" />
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
