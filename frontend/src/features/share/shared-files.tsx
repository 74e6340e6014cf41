/** The files behind a link, each with its download, and all of them with one. */
import { useMemo, useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { SharePublic } from '@/api/types'
import { Previews } from '@/components/preview/previews'
import { formatCount } from '@/lib/format'
import { saveAs } from '@/lib/save-as'
import { AllFiles } from './all-files'
import { FolderLine } from './folder-line'
import { treeLines } from './share-tree'
import { SharedFileRow } from './shared-file-row'

export interface SharedFilesProps {
  slug: string
  /** What the link leads to. */
  share: SharePublic
  /** Sent with each request, where the link has one. */
  password: string | undefined
  /** Called when a download was refused: the link may have ended meanwhile. */
  onRefused: () => void
}

/** The list. */
export function SharedFiles(props: SharedFilesProps) {
  const { slug, share, password, onRefused } = props
  const [previewed, setPreviewed] = useState<string | null>(null)
  const lines = useMemo(() => treeLines(share.files), [share.files])
  const files = lines.flatMap((line) => (line.kind === 'file' ? [line.file] : []))
  const single = share.file_count === 1
  const untold = share.file_count - files.length
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
      {share.file_count > 1 && <AllFiles {...props} />}
      <ul className="-my-3 divide-y divide-line">
        {lines.map((line) =>
          line.kind === 'folder' ? (
            <FolderLine key={`folder ${line.path}`} {...line} />
          ) : (
            <SharedFileRow
              key={line.file.id}
              file={line.file}
              single={single}
              depth={line.depth}
              onDownload={download}
              onPreview={() => setPreviewed(line.file.id)}
            />
          ),
        )}
      </ul>
      {untold > 0 && (
        <p className="mt-6 text-sm text-muted">
          And {formatCount(untold, 'more file')}: download all.
        </p>
      )}
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
