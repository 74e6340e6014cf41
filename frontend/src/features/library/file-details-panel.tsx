/** All about one file: facts, links, downloads. Opens beside the library. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Download, Eye } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { FileDetails, FilePage } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Previews } from '@/components/preview/previews'
import { Button } from '@/components/ui/button'
import { Drawer } from '@/components/ui/drawer'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes, formatDateTime } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { SCAN_WORDS, unfetchable } from '@/lib/scan-words'
import { DownloadRecords } from './download-records'
import { fileDigest } from './file-digest'
import { FileExpiry } from './file-expiry'
import { FileLinks } from './file-links'
import { fileQuery, filesKey } from './library-queries'
import { LocationLink } from './location-link'
import { receivedBy } from './requests/request-words'
import { useFileActions } from './use-file-actions'

interface FileDetailsPanelProps {
  /** The file; the panel is open while there is one. */
  id: string | null
  onClose: () => void
}

/** The panel. */
export function FileDetailsPanel({ id, onClose }: FileDetailsPanelProps) {
  const query = useQuery({ ...fileQuery(id ?? ''), enabled: id !== null })
  return (
    <Drawer open={id !== null} onClose={onClose} title={query.data?.name ?? 'File'}>
      {query.data && <Contents file={query.data} now={query.dataUpdatedAt} />}
      {query.isLoading && <Skeleton className="h-40" />}
      {!query.data && query.error && <Notice tone="danger">{problemWords(query.error)}</Notice>}
    </Drawer>
  )
}

function Contents({ file, now }: { file: FileDetails; now: number }) {
  const { download } = useFileActions()
  const { term, sha256 } = fileDigest(file)
  const reason = unfetchable(file.scan)
  const facts = [
    ['Size', formatBytes(file.size)],
    ['Kind', file.content_type],
    ['Added', formatDateTime(file.created_at)],
    ...(file.received ? [['Received from', receivedBy(file.received)]] : []),
    ['Viruses', SCAN_WORDS[file.scan]],
    ...(file.scan_found ? [['Found', file.scan_found]] : []),
  ]
  return (
    <div className="flex flex-col gap-8">
      <div>
        {file.damaged && (
          <Notice tone="danger" className="mb-4">
            The server’s disk has damaged this file, so it is not handed out any more. Upload it
            again if you still have it.
          </Notice>
        )}
        {file.scan === 'infected' && (
          <Notice tone="danger" className="mb-4">
            Something harmful was found in this file. It is in quarantine: nobody can fetch it, you
            included, and no link gives it out. Delete it, and have the device that it came from
            looked at.
          </Notice>
        )}
        <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
          {facts.map(([term, value]) => (
            <div key={term} className="contents">
              <dt className="text-muted">{term}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ))}
          <dt className="text-muted">Kept until</dt>
          <dd>
            <FileExpiry file={file} now={now} />
          </dd>
          <dt className="text-muted">Folder</dt>
          <dd>
            <LocationLink folderId={file.folder_id ?? null} />
          </dd>
          <dt className="max-w-36 text-muted">{term}</dt>
          <dd className="flex min-w-0 items-center gap-2">
            <code className="min-w-0 truncate font-mono text-xs">{sha256}</code>
            <CopyButton text={sha256} label="Copy" variant="quiet" size="sm" className="-my-2" />
          </dd>
        </dl>
        {!file.damaged && (
          <div className="mt-4 flex flex-wrap gap-2">
            {file.preview && <Preview file={file} disabled={reason !== undefined} />}
            <Button
              variant="secondary"
              disabled={reason !== undefined}
              onClick={() => void download(file)}
            >
              <Download aria-hidden />
              Download
            </Button>
          </div>
        )}
      </div>
      <FileLinks file={file} sharable={file.scan !== 'infected'} />
      <DownloadRecords id={file.id} size={file.size} />
    </div>
  )
}

/** The way to look at it, and from there at the others of the list. */
function Preview({ file, disabled }: { file: FileDetails; disabled: boolean }) {
  const [current, setCurrent] = useState<string | null>(null)
  const { download } = useFileActions()
  const queries = useQueryClient()
  // As far as the list was read: nothing more of it is asked for here.
  const listed = queries
    .getQueriesData<FilePage>({ queryKey: filesKey, type: 'active' })
    .flatMap(([, page]) => page?.items ?? [])
    .filter(({ damaged }) => !damaged)
  return (
    <>
      <Button variant="secondary" disabled={disabled} onClick={() => setCurrent(file.id)}>
        <Eye aria-hidden />
        Preview
      </Button>
      <Previews
        source={{
          files: listed.some(({ id }) => id === file.id) ? listed : [file],
          queryKey: ['library'],
          request: ({ id }) =>
            unwrap(api.POST('/api/files/{id}/preview', { params: { path: { id } } })),
          download,
        }}
        current={current}
        onChange={setCurrent}
      />
    </>
  )
}
