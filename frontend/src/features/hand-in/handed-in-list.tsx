/** What operators see: everything that was handed in, and the file that a mail led to first. */
import { type InfiniteData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import type { HandedIn, HandedInPage } from '@/api/types'
import { EmptyList } from '@/components/empty-list'
import { MoreRows } from '@/components/more-rows'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Notice } from '@/components/ui/notice'
import { problemWords } from '@/lib/problem-words'
import { handedInFileQuery, handedInQuery } from './handed-in-queries'
import { HandedInTable } from './handed-in-table'
import { useFetching } from './use-fetching'

/** The list; `sought` is the file that a mail led to. */
export function HandedInList({ sought }: { sought: string | null }) {
  const { fetchFile, refreshEvery } = useFetching()
  const query = useInfiniteQuery({
    ...handedInQuery,
    refetchInterval: ({ state }) => refreshEvery(rowsOf(state.data)),
  })
  const rows = rowsOf(query.data)
  const listed = rows.find(({ id }) => id === sought)
  // Looked for on later pages only where it is not among the newest.
  const elsewhere = useQuery({
    ...handedInFileQuery(sought ?? ''),
    enabled: sought !== null && query.isSuccess && !listed,
    refetchInterval: ({ state }) => refreshEvery(state.data ? [state.data] : []),
  })
  if (query.isPending) return <RowsSkeleton label="Loading what was handed in" />
  if (!query.data) return <Notice tone="danger">{problemWords(query.error)}</Notice>

  const first = listed ?? elsewhere.data ?? undefined
  const gone = sought !== null && !first && elsewhere.data === null
  return (
    <>
      {gone && (
        <Notice className="mb-4">
          The file from the mail is not here any more: its time was over, or its owner deleted it.
        </Notice>
      )}
      {rows.length === 0 && !first ? (
        <EmptyList Icon={Inbox} title="Nothing was handed in yet">
          What clients upload comes here, for you to fetch.
        </EmptyList>
      ) : (
        <HandedInTable
          first={first}
          rest={rows.filter(({ id }) => id !== first?.id)}
          now={query.dataUpdatedAt}
          onFetch={fetchFile}
        />
      )}
      <MoreRows query={query} />
    </>
  )
}

function rowsOf(data: InfiniteData<HandedInPage> | undefined): HandedIn[] {
  return data?.pages.flatMap(({ items }) => items) ?? []
}
