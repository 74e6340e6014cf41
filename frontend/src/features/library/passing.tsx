/** The actions of a row that may only pass by: they cost more to make than all the rest of it. */
import { Ellipsis } from 'lucide-react'
import { type ReactNode, useState } from 'react'

interface PassingProps {
  isPassing: boolean
  /** Of the file or folder. */
  name: string
  /** The actions. */
  children: ReactNode
}

/** What looks like them, until the list has come to rest for the first time. */
export function Passing({ isPassing, name, children }: PassingProps) {
  const [hasRested, setRested] = useState(!isPassing)
  if (!isPassing && !hasRested) setRested(true)
  if (hasRested) return children
  return (
    <button
      type="button"
      aria-label={`Actions for ${name}`}
      className="ms-auto flex size-10 items-center justify-center text-muted"
    >
      <Ellipsis aria-hidden className="size-[1.15em]" />
    </button>
  )
}
