/** The files behind a link, each with its download, and all of them with one. */
import { useMutation } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { api, unwrap } from '@/api/client'
import type { SharedFile } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { ScanBadge } from '@/components/scan-badge'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { saveAs } from '@/lib/save-as'
import { SCAN_WORDS, unfetchable } from '@/lib/scan-words'
import { AllFiles } from './all-files'
import { DownloadOutcome } from './download-outcome'

export interface SharedFilesProps {
  slug: string
  files: readonly SharedFile[]
  /** Sent with each request, where the link has one. */
  password: string | undefined
  /** Called when a download was refused: the link may have ended meanwhile. */
  onRefused: () => void
}

/** The list. */
export function SharedFiles({ files, ...rest }: SharedFilesProps) {
  const single = files.length === 1
  return (
    <>
      {files.length > 1 && <AllFiles files={files} {...rest} />}
      <ul className="-my-3 divide-y divide-line">
        {files.map((file) => (
          <SharedFileRow key={file.id} file={file} single={single} {...rest} />
        ))}
      </ul>
    </>
  )
}

type RowProps = Omit<SharedFilesProps, 'files'> & { file: SharedFile; single: boolean }

function SharedFileRow({ slug, file, single, password, onRefused }: RowProps) {
  const download = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/shares/{slug}/download', {
          params: { path: { slug } },
          body: { file_id: file.id, ...(password === undefined ? {} : { password }) },
        }),
      ),
    onSuccess: ({ download_url }) => saveAs(download_url),
    onError: onRefused,
  })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <FileIcon name={file.name} />
      <div className="min-w-0 flex-1">
        <p className="text-sm font-medium">{file.name}</p>
        <p className="text-xs text-muted">
          {formatBytes(file.size)} · {SCAN_WORDS[file.scan]}
        </p>
      </div>
      {/* Where it is narrow, the words do. */}
      <div className="empty:hidden max-sm:hidden">
        <ScanBadge scan={file.scan} />
      </div>
      <Button
        aria-label={single ? undefined : `Download ${file.name}`}
        variant={single ? 'primary' : 'secondary'}
        size={single ? 'md' : 'sm'}
        className={single ? 'w-full sm:w-auto' : undefined}
        disabled={download.isPending || unfetchable(file.scan) !== undefined}
        onClick={() => download.mutate()}
      >
        <Download aria-hidden />
        Download
      </Button>
      <DownloadOutcome
        started={download.isSuccess}
        failure={download.error ? problemWords(download.error) : undefined}
      />
    </li>
  )
}
