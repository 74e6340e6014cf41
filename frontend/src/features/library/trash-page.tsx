/** The trash: what was deleted, or has expired, until it is gone for good. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link, Navigate } from 'react-router'
import { useMe } from '@/api/account'
import type { Trashed } from '@/api/types'
import { EmptyList } from '@/components/empty-list'
import { MoreRows } from '@/components/more-rows'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { formatBytes } from '@/lib/format'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { hasLibrary } from '@/lib/roles'
import { trashQuery } from './library-queries'
import { RemoveForGoodDialog } from './remove-for-good-dialog'
import { TrashTable } from './trash-table'

/** The page. */
export function TrashPage() {
  const { data: me, isPending } = useMe()
  if (!hasLibrary(me)) return <Navigate to={paths.upload} replace />
  return (
    <>
      <title>Trash · ShareSync</title>
      {isPending ? <RowsSkeleton label="Loading the trash" /> : <Trash />}
    </>
  )
}

function Trash() {
  const query = useInfiniteQuery(trashQuery)
  /** What is about to go: some of it, or all. */
  const [going, setGoing] = useState<readonly Trashed[] | 'all' | null>(null)
  const items = query.data?.pages.flatMap(({ items }) => items)
  const size = query.data?.pages[0]?.size ?? 0
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
          <h1 className="mt-1 text-xl font-semibold">Trash</h1>
          <p className="mt-1 min-h-5 text-sm text-muted">
            {size > 0 && `Takes ${formatBytes(size)} of your storage until it is gone.`}
          </p>
        </div>
        {items && items.length > 0 && (
          <Button variant="danger" onClick={() => setGoing('all')}>
            <Trash2 aria-hidden />
            Empty trash
          </Button>
        )}
      </div>
      <div className="mt-6">
        {query.isPending && <RowsSkeleton label="Loading the trash" />}
        {query.error && !query.data && <Notice tone="danger">{problemWords(query.error)}</Notice>}
        {items?.length === 0 && !query.hasNextPage && <NothingThere />}
        {items && items.length > 0 && <TrashTable items={items} onRemove={setGoing} />}
        <MoreRows query={query} />
      </div>
      <RemoveForGoodDialog going={going} size={size} onClose={() => setGoing(null)} />
    </>
  )
}

function NothingThere() {
  return (
    <EmptyList
      Icon={Trash2}
      title="The trash is empty"
      action={
        <Button asChild variant="secondary">
          <Link to={paths.files}>Back to your files</Link>
        </Button>
      }
    >
      What you delete comes here first, and can be taken back for a while.
    </EmptyList>
  )
}
