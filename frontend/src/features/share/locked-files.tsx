/** What is behind a link's password, where its owner lets that be seen before it is said. */
import type { SharePublic } from '@/api/types'
import { FileIcon } from '@/components/file-icon'
import { formatBytes, formatCount } from '@/lib/format'
import { FolderLine } from './folder-line'
import { indent } from './indent'
import { treeLines } from './share-tree'

/** Names and sizes; nothing where they are not told. */
export function LockedFiles({ share }: { share: SharePublic }) {
  const { files } = share
  if (files.length === 0) return null
  const untold = share.file_count - files.length
  return (
    <div className="mt-6 border-t border-line pt-2">
      <ul aria-label="What is behind this link" className="divide-y divide-line">
        {treeLines(files).map((line) =>
          line.kind === 'folder' ? (
            <FolderLine key={`folder ${line.path}`} {...line} />
          ) : (
            <li
              key={line.file.id}
              className="flex items-center gap-3 py-3"
              style={indent(line.depth)}
            >
              <FileIcon name={line.file.name} />
              <div className="min-w-0 flex-1">
                <p className="text-sm font-medium">{line.file.name}</p>
                <p className="text-xs text-muted">{formatBytes(line.file.size)}</p>
              </div>
            </li>
          ),
        )}
      </ul>
      {untold > 0 && (
        <p className="mt-2 text-sm text-muted">And {formatCount(untold, 'more file')}.</p>
      )}
    </div>
  )
}
