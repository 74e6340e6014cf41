/** The library: what one keeps here, who has links to it, who fetched it. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { FolderOpen, Upload } from 'lucide-react'
import { useState } from 'react'
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router'
import { useMe, useServerInfo } from '@/api/account'
import type { FileSummary } from '@/api/types'
import { EmptyList } from '@/components/empty-list'
import { MoreRows } from '@/components/more-rows'
import { RowsSkeleton } from '@/components/rows-skeleton'
import { useFileDrop } from '@/components/use-file-drop'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'
import { Progress } from '@/components/ui/progress'
import { formatBytes, formatCount } from '@/lib/format'
import { offerFiles } from '@/lib/handoff'
import { paths } from '@/lib/paths'
import { problemWords } from '@/lib/problem-words'
import { hasLibrary } from '@/lib/roles'
import { useHiddenFiles } from './deletions'
import { FileDetailsPanel } from './file-details-panel'
import { FilesTable } from './files-table'
import { filesQuery } from './library-queries'
import { ShareDialog } from './share-dialog'
import { useRefreshAfterUploads } from './use-refresh-after-uploads'

/** The page; `?file=` opens a file's panel. */
export function FilesPage() {
  const [sharing, setSharing] = useState<readonly FileSummary[]>([])
  const [parameters, setParameters] = useSearchParams()
  const navigate = useNavigate()
  const { data: me, isPending } = useMe()
  useRefreshAfterUploads()
  const over = useFileDrop(({ files }) => {
    offerFiles(files)
    void navigate(paths.upload)
  })
  if (!hasLibrary(me)) return <Navigate to={paths.upload} replace />
  return (
    <>
      <title>Files · ShareSync</title>
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="text-xl font-semibold">Files</h1>
          <Storage />
        </div>
        <Button asChild>
          <Link to={paths.upload}>
            <Upload aria-hidden />
            {over ? 'Drop to upload' : 'Upload files'}
          </Link>
        </Button>
      </div>
      <div className="mt-6">
        {/* Whoever has no library is refused it: who one is comes first. */}
        {isPending ? <LibrarySkeleton /> : <Library onShare={setSharing} />}
      </div>
      <FileDetailsPanel
        id={isPending ? null : parameters.get('file')}
        onClose={() => setParameters({}, { preventScrollReset: true })}
      />
      <ShareDialog files={sharing} onClose={() => setSharing([])} />
    </>
  )
}

function Storage() {
  const { data: me } = useMe()
  if (!me) return <div className="mt-1 h-7" />
  return (
    <div className="mt-1 flex items-center gap-3 text-sm text-muted">
      <span className="tabular-nums">
        {formatBytes(me.used)} of {formatBytes(me.quota)}
      </span>
      <Progress
        label="Storage used"
        value={me.used}
        max={me.quota}
        className="w-24 bg-line"
        tone={me.used > me.quota * 0.9 ? 'danger' : 'accent'}
      />
    </div>
  )
}

function Library({ onShare }: { onShare: (files: readonly FileSummary[]) => void }) {
  const query = useInfiniteQuery(filesQuery)
  const hidden = useHiddenFiles()
  if (query.isPending) return <LibrarySkeleton />
  if (!query.data) return <Notice tone="danger">{problemWords(query.error)}</Notice>
  const files = query.data.pages.flatMap(({ items }) => items).filter(({ id }) => !hidden.has(id))
  if (files.length === 0 && !query.hasNextPage) return <NothingYet />
  return (
    <>
      <FilesTable files={files} onShare={onShare} />
      <MoreRows query={query} />
    </>
  )
}

function LibrarySkeleton() {
  return <RowsSkeleton label="Loading your files" />
}

function NothingYet() {
  const { data: server } = useServerInfo()
  return (
    <EmptyList
      Icon={FolderOpen}
      title="No files yet"
      action={
        <Button asChild>
          <Link to={paths.upload}>Upload a file</Link>
        </Button>
      }
    >
      What you upload stays here
      {server && ` for ${formatCount(server.file_expiry_days, 'day')}`}, ready to be sent by a link.
    </EmptyList>
  )
}
