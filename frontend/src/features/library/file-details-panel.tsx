/** All about one file: facts, links, downloads. Opens beside the library. */
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import type { FileDetails } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { Drawer } from '@/components/ui/drawer'
import { Notice } from '@/components/ui/notice'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes, formatDateTime } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { SCAN_WORDS, unfetchable } from '@/lib/scan-words'
import { DownloadRecords } from './download-records'
import { fileDigest } from './file-digest'
import { FileLinks } from './file-links'
import { fileQuery } from './library-queries'
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
      {query.data && <Contents file={query.data} />}
      {query.isLoading && <Skeleton className="h-40" />}
      {!query.data && query.error && <Notice tone="danger">{problemWords(query.error)}</Notice>}
    </Drawer>
  )
}

function Contents({ file }: { file: FileDetails }) {
  const { download } = useFileActions()
  const { term, sha256 } = fileDigest(file)
  const reason = unfetchable(file.scan)
  const facts = [
    ['Size', formatBytes(file.size)],
    ['Kind', file.content_type],
    ['Added', formatDateTime(file.created_at)],
    [
      'Kept until',
      typeof file.expires_at === 'number' ? formatDateTime(file.expires_at) : 'deleted',
    ],
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
              <dd>{value}</dd>
            </div>
          ))}
          <dt className="max-w-36 text-muted">{term}</dt>
          <dd className="flex min-w-0 items-center gap-2">
            <code className="min-w-0 truncate font-mono text-xs">{sha256}</code>
            <CopyButton text={sha256} label="Copy" variant="quiet" size="sm" className="-my-2" />
          </dd>
        </dl>
        {!file.damaged && (
          <Button
            variant="secondary"
            className="mt-4"
            disabled={reason !== undefined}
            onClick={() => void download(file)}
          >
            <Download aria-hidden />
            Download
          </Button>
        )}
      </div>
      <FileLinks file={file} sharable={file.scan !== 'infected'} />
      <DownloadRecords id={file.id} size={file.size} />
    </div>
  )
}
