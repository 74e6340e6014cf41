/** One figure of the dashboard, with what there is to say of it. */
import type { ReactNode } from 'react'
import { Card } from '@/components/ui/card'

interface FigureProps {
  label: string
  value: string
  /** How it came to be, or how it compares. */
  children: ReactNode
}

/** A sheet with the figure in it. */
export function Figure({ label, value, children }: FigureProps) {
  return (
    <Card aria-label={label} className="p-4 sm:p-5">
      <h2 className="text-sm text-muted">{label}</h2>
      <p className="mt-1 text-xl font-semibold tabular-nums">{value}</p>
      <p className="mt-1 min-h-8 text-xs text-muted sm:min-h-4">{children}</p>
    </Card>
  )
}
