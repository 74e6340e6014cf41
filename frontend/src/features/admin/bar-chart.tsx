/** A chart of stacked bars, read by pointer and keys, with a table behind it for whoever does not see it. */
import { Bar, BarChart as Chart, CartesianGrid, Tooltip, XAxis, YAxis } from 'recharts'
import { Card, CardTitle } from '@/components/ui/card'
import { BarsTable } from './bars-table'
import { type Bar as BarOf, isEmpty } from './bars'
import type { Line } from './lines'
import type { Range } from './range'
import { Readout } from './readout'
import { barWords, tickWords } from './time-words'

interface BarChartProps {
  title: string
  bars: readonly BarOf[]
  lines: readonly Line[]
  range: Range
  /** A value in words. */
  words: (value: number) => string
}

/** A sheet with the chart in it. */
export function BarChart({ title, bars, lines, range, words }: BarChartProps) {
  return (
    <Card aria-label={title} className="flex min-w-0 flex-col">
      <CardTitle>{title}</CardTitle>
      <ul aria-hidden className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {lines.map(({ key, label, color }) => (
          <li key={key} className="flex items-center gap-2">
            <span className="size-2.5 rounded-full" style={{ background: color }} />
            {label}
          </li>
        ))}
      </ul>
      <div className="relative mt-4 text-xs">
        <Chart
          responsive
          title={`${title}: the arrow keys go from bar to bar`}
          data={[...bars]}
          margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
          style={{ width: '100%', height: '15rem' }}
        >
          <CartesianGrid vertical={false} stroke="var(--color-line)" />
          <XAxis
            dataKey="start"
            tickFormatter={(start: number) => tickWords(start, range)}
            tick={{ fill: 'var(--color-muted)' }}
            stroke="var(--color-line-strong)"
            tickLine={false}
            minTickGap={16}
          />
          <YAxis
            width="auto"
            allowDecimals={false}
            tickFormatter={words}
            tick={{ fill: 'var(--color-muted)' }}
            axisLine={false}
            tickLine={false}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--color-sunken)' }}
            content={({ active, label }) => {
              const bar = bars.find(({ start }) => start === label)
              return active && bar ? (
                <Readout
                  heading={barWords(bar.start, range)}
                  bar={bar}
                  lines={lines}
                  words={words}
                />
              ) : null
            }}
          />
          {lines.map(({ key, color }) => (
            <Bar
              key={key}
              dataKey={({ values }: BarOf) => values[key] ?? 0}
              name={key}
              stackId="all"
              fill={color}
              maxBarSize={40}
              isAnimationActive={false}
            />
          ))}
        </Chart>
        {isEmpty(bars) && (
          <p className="absolute inset-0 flex items-center justify-center pb-8 text-sm text-muted">
            Nothing in this time.
          </p>
        )}
      </div>
      <BarsTable title={title} bars={bars} lines={lines} range={range} words={words} />
    </Card>
  )
}
