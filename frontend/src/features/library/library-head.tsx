/** The head of the library: where one is, how full it is, and what can be put there. */
import { FolderPlus, Inbox, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMe } from '@/api/account'
import type { FolderDetails } from '@/api/types'
import { FolderButton } from '@/components/folder-button'
import { Button } from '@/components/ui/button'
import { Progress } from '@/components/ui/progress'
import type { Chosen } from '@/lib/dropped-files'
import { formatBytes } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Breadcrumbs } from './breadcrumbs'
import { NewFolderDialog } from './new-folder-dialog'
import { UploadButton } from './upload-button'
import type { useRowDrag } from './use-row-drag'

interface LibraryHeadProps {
  folderId: string | null
  folder: FolderDetails | undefined
  drag: ReturnType<typeof useRowDrag>
  onFiles: (chosen: Chosen) => void
  /** Whether files from elsewhere are held over the page. */
  isOver: boolean
  /** Asked to have others send files here. */
  onRequest: () => void
}

/** The head. */
export function LibraryHead(props: LibraryHeadProps) {
  const { folderId, folder, drag, onFiles, isOver, onRequest } = props
  const [making, setMaking] = useState(false)
  return (
    <div className="flex flex-wrap items-end gap-x-2 gap-y-4">
      <div className="me-auto min-w-0">
        <Breadcrumbs folder={folder} isTop={folderId === null} drag={drag} />
        <Storage />
      </div>
      {/* Where it is narrow there are words for the last alone, which a thumb finds at the end of the row. */}
      <div className="flex gap-2">
        <Button asChild variant="quiet" className="max-sm:w-11 max-sm:px-0">
          <Link to={paths.requests}>
            <Inbox aria-hidden />
            <span className="max-sm:sr-only">Requests</span>
          </Link>
        </Button>
        <Button asChild variant="quiet" className="max-sm:w-11 max-sm:px-0">
          <Link to={paths.trash}>
            <Trash2 aria-hidden />
            <span className="max-sm:sr-only">Trash</span>
          </Link>
        </Button>
      </div>
      <div className="flex gap-2 max-sm:w-full">
        <Button
          variant="secondary"
          className="max-sm:w-11 max-sm:px-0"
          onClick={() => setMaking(true)}
        >
          <FolderPlus aria-hidden />
          <span className="max-sm:sr-only">New folder</span>
        </Button>
        <Button variant="secondary" className="max-sm:w-11 max-sm:px-0" onClick={onRequest}>
          <Inbox aria-hidden />
          <span className="max-sm:sr-only">Request files</span>
        </Button>
        <FolderButton
          label="Upload folder"
          isNarrow
          onFiles={onFiles}
          className="h-11 border border-line-strong bg-surface px-4 text-ink max-sm:w-11 max-sm:px-0"
        />
        <UploadButton onFiles={onFiles} className="max-sm:flex-1">
          {isOver ? 'Drop to upload' : 'Upload files'}
        </UploadButton>
      </div>
      <NewFolderDialog
        open={making}
        onClose={() => setMaking(false)}
        parentId={folderId}
        parentName={folder?.name ?? 'Files'}
      />
    </div>
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
