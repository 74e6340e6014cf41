/** Files that were chosen, or are to be chosen, before anything moves; a folder is one row. */
import { Folder } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { FileIcon } from '@/components/file-icon'
import { formatBytes, formatCount } from '@/lib/format'
import type { OfferedFile } from './engine/control-messages'
import { type FileRow, fileRows } from './file-rows'

/** Rows drawn at most. */
const MAX_ROWS = 100

interface ChosenListProps<T extends OfferedFile> {
  files: readonly T[]
  /** What can be done with a row, at its end. */
  action?: ((row: FileRow<T>) => ReactNode) | undefined
}

/** The list, with the rest of a long one counted. */
export function ChosenList<T extends OfferedFile>({ files, action }: ChosenListProps<T>) {
  const rows = useMemo(() => fileRows(files), [files])
  return (
    <>
      <ul aria-label="Files" className="mt-1 divide-y divide-line">
        {rows.slice(0, MAX_ROWS).map((row, number) => (
          <li key={number} className="flex min-h-14 items-center gap-3 py-2">
            {row.folder ? <FolderIcon /> : <FileIcon name={row.name} />}
            <span className="min-w-0 flex-1 text-sm">
              <span className="flex font-medium" title={row.name}>
                <bdi className="truncate">{row.name}</bdi>
              </span>
              {row.folder && (
                <span className="text-muted">Folder, {formatCount(row.files.length, 'file')}</span>
              )}
            </span>
            <span className="shrink-0 text-sm text-muted tabular-nums">
              {formatBytes(row.size)}
            </span>
            {action?.(row)}
          </li>
        ))}
      </ul>
      {rows.length > MAX_ROWS && (
        <p className="pt-3 text-sm text-muted">{formatCount(rows.length - MAX_ROWS, 'row')} more</p>
      )}
    </>
  )
}

/** In the frame that file icons have. */
function FolderIcon() {
  return (
    <span
      aria-hidden
      className="flex size-10 shrink-0 items-center justify-center rounded-md bg-sunken text-muted"
    >
      <Folder className="size-5" />
    </span>
  )
}
