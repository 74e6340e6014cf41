/** One's file requests: what others were asked for, and what has come of it. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import { useState } from 'react'
import { Link, Navigate } from 'react-router'
import { useMe } from '@/api/account'
import { EmptyList } from '@/components/empty-list'
import { MoreRows } from '@/components/more-rows'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { hasLibrary } from '@/lib/roles'
import { requestsQuery } from '../library-queries'
import { RequestDialog } from './request-dialog'
import { RequestRow } from './request-row'

/** The page. */
export function RequestsPage() {
  const { data: me, isPending } = useMe()
  if (!hasLibrary(me)) return <Navigate to={paths.upload} replace />
  return (
    <>
      <title>Requests · ShareSync</title>
      {isPending ? <RowsSkeleton label="Loading your requests" /> : <Requests />}
    </>
  )
}

function Requests() {
  const query = useInfiniteQuery(requestsQuery)
  const [asking, setAsking] = useState(false)
  const requests = query.data?.pages.flatMap(({ items }) => items)
  const ask = (
    <Button onClick={() => setAsking(true)}>
      <Inbox aria-hidden />
      Request files
    </Button>
  )
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div>
          <nav aria-label="Folders above" className="-mx-2 text-sm text-muted">
            <Link
              to={paths.files}
              className="rounded-md px-2 py-1.5 hover:bg-sunken hover:text-ink"
            >
              Files
            </Link>
          </nav>
          <h1 className="mt-1 text-xl font-semibold">Requests</h1>
          <p className="mt-1 min-h-5 text-sm text-muted">Others send you files by these links.</p>
        </div>
        {requests && requests.length > 0 && ask}
      </div>
      <div className="mt-6">
        {query.isPending && <RowsSkeleton label="Loading your requests" />}
        {query.error && !query.data && <Notice tone="danger">{problemWords(query.error)}</Notice>}
        {requests?.length === 0 && !query.hasNextPage && (
          <EmptyList Icon={Inbox} title="No requests yet" action={ask}>
            Ask others for files: they send them into a folder of yours by a link, without an
            account.
          </EmptyList>
        )}
        {requests && requests.length > 0 && (
          <ul
            aria-label="Requests"
            className="divide-y divide-line rounded-md border border-line bg-surface"
          >
            {requests.map((request) => (
              <RequestRow
                key={request.slug}
                request={request}
                // Ages need not tick between one asking and the next.
                now={query.dataUpdatedAt}
              />
            ))}
          </ul>
        )}
        <MoreRows query={query} />
      </div>
      <RequestDialog open={asking} folderId={null} onClose={() => setAsking(false)} />
    </>
  )
}
