/** A table of those with the most of something, each with a bar as long as its share of the most. */
import type { ReactNode } from 'react'
import { Card, CardTitle } from '@/components/ui/card'

/** One row. */
export interface Ranked {
  readonly key: string
  readonly name: ReactNode
  readonly value: number
  /** The value in words. */
  readonly words: string
}

interface RankingProps {
  title: string
  rows: readonly Ranked[]
  /** In place of rows. */
  empty: string
}

/** A sheet with the table in it. */
export function Ranking({ title, rows, empty }: RankingProps) {
  const most = Math.max(1, ...rows.map(({ value }) => value))
  return (
    <Card aria-label={title}>
      <CardTitle>{title}</CardTitle>
      {rows.length === 0 ? (
        <p className="mt-4 text-sm text-muted">{empty}</p>
      ) : (
        <table className="mt-3 w-full text-sm">
          <caption className="sr-only">{title}</caption>
          <tbody>
            {rows.map(({ key, name, value, words }) => (
              <tr key={key}>
                <th scope="row" className="w-full max-w-0 py-2 pe-4 text-start font-normal">
                  <span className="block truncate">{name}</span>
                  <span aria-hidden className="mt-1.5 block h-1 rounded-full bg-sunken">
                    <span
                      className="block h-1 rounded-full bg-accent"
                      style={{ width: `${(value / most) * 100}%` }}
                    />
                  </span>
                </th>
                <td className="py-2 text-end align-top whitespace-nowrap tabular-nums">{words}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  )
}
