/** What all that a guest sees of a room stands in. */
import type { ReactNode } from 'react'

interface GuestFrameProps {
  /** What the tab is called. */
  title: string
  heading: string
  /** What this is for, in a sentence or two. */
  about: string
  children: ReactNode
}

/** A heading, and one column under it. */
export function GuestFrame({ title, heading, about, children }: GuestFrameProps) {
  return (
    <div className="mx-auto max-w-3xl">
      <title>{title}</title>
      <h1 className="text-xl font-semibold">{heading}</h1>
      <p className="mt-1 text-muted">{about}</p>
      {children}
    </div>
  )
}
