/** A page that has one thing to say: not found, expired, something broke. */
import type { ReactNode } from 'react'

interface MessagePageProps {
  /** The heading, and the document's title. */
  title: string
  /** What happened, and what to do. */
  children: ReactNode
  /** The next thing to do. */
  action?: ReactNode
}

/** The line between the two ends is broken; under it, why. */
export function MessagePage({ title, children, action }: MessagePageProps) {
  return (
    <div className="mx-auto flex max-w-lg flex-col items-center py-16 text-center sm:py-24">
      <title>{`${title} · ShareSync`}</title>
      <svg viewBox="0 0 240 32" fill="none" aria-hidden className="w-60 text-line-strong">
        <circle cx="12" cy="16" r="8" stroke="currentColor" strokeWidth="3" />
        <path d="M26 16h64" stroke="currentColor" strokeWidth="3" strokeLinecap="round" />
        <path
          d="m108 8-6 16m18-16-6 16"
          className="stroke-danger"
          strokeWidth="3"
          strokeLinecap="round"
        />
        <path
          d="M132 16h82"
          stroke="currentColor"
          strokeWidth="3"
          strokeLinecap="round"
          strokeDasharray="1 9"
        />
        <circle cx="228" cy="16" r="9.5" fill="currentColor" />
      </svg>
      <h1 className="mt-8 text-xl font-semibold">{title}</h1>
      <div className="mt-2 text-base text-muted">{children}</div>
      {action && <div className="mt-8 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
