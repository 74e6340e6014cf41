/** One of one's file requests: what it asks for, what has come, and what can be done to it. */
import { Folder, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { OwnedFileRequest } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { formatDateTime } from '@/lib/format'
import { folderPath } from '@/lib/paths'
import { EditRequestDialog } from './edit-request-dialog'
import { EndRequestDialog } from './end-request-dialog'
import { receivedWords, requestRules, requestStop } from './request-words'

interface RequestRowProps {
  request: OwnedFileRequest
  /** Milliseconds since the epoch; one value for all rows. */
  now: number
}

/** The row. */
export function RequestRow({ request, now }: RequestRowProps) {
  const [editing, setEditing] = useState(false)
  const [ending, setEnding] = useState(false)
  const { title, url, last_received_at: last } = request
  const stop = requestStop(request, now)
  return (
    <li className="flex flex-col gap-x-6 gap-y-3 p-4 lg:flex-row lg:items-center">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 text-base font-semibold break-words">{title}</h2>
          {stop !== undefined && <Badge tone="caution">{stop}</Badge>}
        </div>
        <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-sm">
          <Destination request={request} />
          <p
            className="tabular-nums"
            title={typeof last === 'number' ? formatDateTime(last) : undefined}
          >
            {receivedWords(request, now)}
          </p>
        </div>
        <p className="mt-1 text-xs break-words text-muted">{requestRules(request)}</p>
      </div>
      <div className="flex flex-wrap gap-1 lg:shrink-0">
        <CopyButton text={url} aria-label={`Copy link of ${title}`} variant="secondary" size="sm" />
        <Button
          variant="quiet"
          size="sm"
          aria-label={`Edit ${title}`}
          onClick={() => setEditing(true)}
        >
          <Pencil aria-hidden />
          Edit
        </Button>
        <Button
          variant="quiet"
          size="sm"
          aria-label={`End ${title}`}
          onClick={() => setEnding(true)}
        >
          <Trash2 aria-hidden />
          End
        </Button>
      </div>
      <EditRequestDialog request={request} open={editing} onClose={() => setEditing(false)} />
      <EndRequestDialog request={request} open={ending} onClose={() => setEnding(false)} />
    </li>
  )
}

/** The folder, as a link there where it can be looked at. */
function Destination({
  request: { folder, folder_in_trash: isInTrash },
}: {
  request: OwnedFileRequest
}) {
  const name = folder?.name ?? 'Files'
  return (
    <p className="flex min-w-0 items-center gap-1.5 text-muted">
      <Folder aria-hidden className="size-4 shrink-0" />
      {isInTrash ? (
        <span className="min-w-0 truncate">{name}</span>
      ) : (
        <Link
          to={folderPath(folder?.id ?? null)}
          className="min-w-0 truncate underline-offset-4 hover:text-ink hover:underline"
        >
          {name}
        </Link>
      )}
    </p>
  )
}
