/** The figures, the charts and the tables. */
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useSearchParams } from 'react-router'
import type { Stats } from '@/api/types'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { formatBytes, formatCount, formatNumber } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { type Happened, happenedQuery, statsQuery } from './admin-queries'
import { BarChart } from './bar-chart'
import { barsOf, totalOf, trendWords } from './bars'
import { Figure } from './figure'
import { DIRECT, DOINGS, DOWNLOADS, type Line, PATHS, REGISTRATIONS, STORED } from './lines'
import { rangeOf, stepMs } from './range'
import { RangeChoice } from './range-choice'
import { saveCsv } from './save-csv'
import { Standing } from './standing'

/** All of it; the time is in the address, so that it can be sent to somebody. */
export function Dashboard() {
  const [parameters, setParameters] = useSearchParams()
  const range = rangeOf(parameters.get('range'))
  const stats = useQuery(statsQuery)
  const happened = useQuery(happenedQuery(range))
  const error = stats.data && happened.data ? null : (stats.error ?? happened.error)
  const answer = happened.data
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <h1 className="text-xl font-semibold">Administration</h1>
        <div className="flex w-full flex-wrap gap-2 sm:w-auto">
          <RangeChoice
            value={range.key}
            onChange={(key) => setParameters({ range: key }, { replace: true })}
          />
          <Button
            variant="secondary"
            disabled={!answer}
            onClick={() => answer && saveCsv(answer.current, `sharesync-${answer.range.key}.csv`)}
          >
            <Download aria-hidden />
            CSV
          </Button>
        </div>
      </div>
      <div className="mt-6">
        {error && <Notice tone="danger">{problemWords(error)}</Notice>}
        {!error && !(stats.data && answer) && <RowsSkeleton label="Loading the figures" />}
        {stats.data && answer && <Shown stats={stats.data} happened={answer} />}
      </div>
    </>
  )
}

/** Of the time that was asked for last, or until that is known, the one before. */
function Shown({ stats, happened }: { stats: Stats; happened: Happened }) {
  const { range, span, current, before } = happened
  const inRange = `in ${range.label}`
  const compared = (line: Line) => {
    // Of the step under way nobody knows yet what it comes to.
    const whole = ({ to }: { to: number }) => to - stepMs(range.step)
    const trend = trendWords(
      totalOf(current, line, whole(current)),
      totalOf(before, line, whole(before)),
    )
    return trend === null ? inRange : `${inRange}, ${trend}`
  }
  const joined = totalOf(current, REGISTRATIONS)
  const grown = totalOf(current, STORED)
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Figure label="People" value={formatNumber(stats.users)}>
          {formatNumber(stats.active_users.week)} here this week, {formatNumber(joined)} new
        </Figure>
        <Figure label="Stored" value={formatBytes(stats.bytes_stored)}>
          {formatCount(stats.files, 'file')}, {formatBytes(Math.abs(grown))}{' '}
          {grown < 0 ? 'less' : 'more'} {inRange}
        </Figure>
        <Figure label="Downloads" value={formatNumber(totalOf(current, DOWNLOADS))}>
          {compared(DOWNLOADS)}
        </Figure>
        <Figure label="Sent directly" value={formatBytes(totalOf(current, DIRECT))}>
          {compared(DIRECT)}
        </Figure>
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <BarChart
          title="Bytes by path"
          bars={barsOf(current, PATHS, span, range)}
          lines={PATHS}
          range={range}
          words={formatBytes}
        />
        <BarChart
          title="Uploads, downloads and transfers"
          bars={barsOf(current, DOINGS, span, range)}
          lines={DOINGS}
          range={range}
          words={formatNumber}
        />
      </div>
      <Standing stats={stats} />
    </div>
  )
}
