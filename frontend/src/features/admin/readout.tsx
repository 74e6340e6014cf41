/** What one bar of a chart says, while it is pointed at. */
import type { Bar } from './bars'
import type { Line } from './lines'

interface ReadoutProps {
  heading: string
  bar: Bar
  lines: readonly Line[]
  words: (value: number) => string
}

/** The bar's time, and how much there is of each line in it. */
export function Readout({ heading, bar, lines, words }: ReadoutProps) {
  return (
    <div className="rounded-md border border-line bg-surface p-3 text-sm shadow-lift">
      <p className="font-medium">{heading}</p>
      <dl className="mt-2 grid grid-cols-[auto_auto] gap-x-4 gap-y-1">
        {lines.map(({ key, label, color }) => (
          <div key={key} className="contents">
            <dt className="flex items-center gap-2 text-muted">
              <span className="size-2.5 rounded-full" style={{ background: color }} />
              {label}
            </dt>
            <dd className="text-end tabular-nums">{words(bar.values[key] ?? 0)}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
