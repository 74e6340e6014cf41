/** The bars of a chart as a table, the last first: behind a word, for it says the same again. */
import { ScrollArea } from '@/components/scroll-area'
import type { Bar } from './bars'
import type { Line } from './lines'
import type { Range } from './range'
import { barWords } from './time-words'

interface BarsTableProps {
  title: string
  bars: readonly Bar[]
  lines: readonly Line[]
  range: Range
  words: (value: number) => string
}

/** The table. */
export function BarsTable({ title, bars, lines, range, words }: BarsTableProps) {
  return (
    <details className="mt-4 text-sm">
      <summary className="w-fit cursor-pointer rounded-md py-1 text-muted hover:text-ink">
        As a table
      </summary>
      <ScrollArea label={`${title}, as a table`} className="mt-2 max-h-80 overflow-x-auto">
        <table className="w-full border-collapse text-end whitespace-nowrap tabular-nums [&_td]:border-t [&_td]:border-line [&_td]:px-2 [&_td]:py-2 [&_th]:px-2 [&_th]:py-2">
          <caption className="sr-only">{title}</caption>
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="text-start font-medium">
                Time
              </th>
              {lines.map(({ key, label }) => (
                <th key={key} scope="col" className="text-end font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {bars.toReversed().map(({ start, values }) => (
              <tr key={start}>
                <th scope="row" className="border-t border-line text-start font-normal">
                  {barWords(start, range)}
                </th>
                {lines.map(({ key }) => (
                  <td key={key}>{words(values[key] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollArea>
    </details>
  )
}
