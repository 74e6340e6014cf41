/** The frame of what is said about letting a computer in. */
import { SquareTerminal } from 'lucide-react'
import { NarrowPage, type NarrowPageProps } from '@/components/narrow-page'

/** Under a terminal. */
export function DeviceFrame(props: NarrowPageProps) {
  const mark = <SquareTerminal aria-hidden className="size-12 text-muted" />
  return <NarrowPage {...props} mark={mark} className="max-w-md" />
}
