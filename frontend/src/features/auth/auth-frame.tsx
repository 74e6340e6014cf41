/** The frame of the pages by which one gets in: a narrow column in the middle of the page. */
import type { ReactNode } from 'react'
import { LogoMark } from '@/components/logo'

interface AuthFrameProps {
  /** The heading, and the document's title. */
  title: string
  /** Whether this took the place of a form: the button that had the focus is gone, and the heading takes it. */
  outcome?: boolean
  children: ReactNode
}

/** The mark, the heading, and under it what the page is about. */
export function AuthFrame({ title, outcome = false, children }: AuthFrameProps) {
  return (
    <div className="mx-auto max-w-sm sm:pt-8">
      <title>{`${title} · ShareSync`}</title>
      <LogoMark className="size-12" />
      <h1
        ref={outcome ? focus : undefined}
        tabIndex={-1}
        className="mt-4 text-xl font-semibold outline-none"
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
