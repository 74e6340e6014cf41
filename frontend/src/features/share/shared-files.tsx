/** The files behind a link, each with its download, and all of them with one. */
import { useMutation } from '@tanstack/react-query'
import { Download, Eye } from 'lucide-react'
import { useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { SharedFile } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { Previews } from '@/components/preview/previews'
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
  const { slug, password, onRefused } = rest
  const [previewed, setPreviewed] = useState<string | null>(null)
  const single = files.length === 1
  const secret = password === undefined ? {} : { password }
  const params = { path: { slug } }
  const download = async ({ id }: { id: string }) => {
    const body = { file_id: id, ...secret }
    try {
      saveAs((await unwrap(api.POST('/api/shares/{slug}/download', { params, body }))).download_url)
    } catch (error) {
      onRefused()
      throw error
    }
  }
  return (
    <>
      {files.length > 1 && <AllFiles files={files} {...rest} />}
      <ul className="-my-3 divide-y divide-line">
        {files.map((file) => (
          <SharedFileRow
            key={file.id}
            file={file}
            single={single}
            onDownload={download}
            onPreview={() => setPreviewed(file.id)}
          />
        ))}
      </ul>
      <Previews
        source={{
          files,
          queryKey: ['share', slug],
          request: ({ id }) =>
            unwrap(
              api.POST('/api/shares/{slug}/preview', {
                params,
                body: { file_id: id, ...secret },
              }),
            ),
          download,
        }}
        current={previewed}
        onChange={setPreviewed}
      />
    </>
  )
}

interface RowProps {
  file: SharedFile
  /** Whether it is the only one. */
  single: boolean
  onDownload: (file: SharedFile) => Promise<void>
  onPreview: () => void
}

function SharedFileRow({ file, single, onDownload, onPreview }: RowProps) {
  const download = useMutation({ mutationFn: () => onDownload(file) })
  const unscanned = unfetchable(file.scan) !== undefined
  // Two buttons leave a name no room where it is narrow: there their pictures do.
  const words = !single && file.preview ? 'max-sm:sr-only' : undefined
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
      {file.preview && (
        <Button
          aria-label={single ? undefined : `Preview ${file.name}`}
          variant="secondary"
          size={single ? 'md' : 'sm'}
          className={single ? 'w-full sm:w-auto' : undefined}
          disabled={unscanned}
          onClick={onPreview}
        >
          <Eye aria-hidden />
          <span className={words}>Preview</span>
        </Button>
      )}
      <Button
        aria-label={single ? undefined : `Download ${file.name}`}
        variant={single ? 'primary' : 'secondary'}
        size={single ? 'md' : 'sm'}
        className={single ? 'w-full sm:w-auto' : undefined}
        disabled={download.isPending || unscanned}
        onClick={() => download.mutate()}
      >
        <Download aria-hidden />
        <span className={words}>Download</span>
      </Button>
      <DownloadOutcome
        started={download.isSuccess}
        failure={download.error ? problemWords(download.error) : undefined}
      />
    </li>
  )
}
