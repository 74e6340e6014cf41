/** The library as a table, with its selection. */
import { type ReactNode, useState } from 'react'
import type { FileSummary } from '@/api/types'
import { Checkbox } from '@/components/ui/checkbox'
import { FileRow } from './file-row'
import { useSelection } from './selection'
import { SelectionBar } from './selection-bar'

interface FilesTableProps {
  files: readonly FileSummary[]
  /** Asked to make a link to some of them. */
  onShare: (files: readonly FileSummary[]) => void
}

/** The table. */
export function FilesTable({ files, onShare }: FilesTableProps) {
  const selection = useSelection(files)
  // Ages need not tick.
  const [now] = useState(() => Date.now())
  const { selected } = selection
  return (
    <>
      {selected.length > 0 && (
        <SelectionBar selected={selected} onShare={onShare} onClear={selection.clear} />
      )}
      <div className="overflow-hidden rounded-md border border-line bg-surface">
        <table className="w-full table-fixed border-collapse text-start md:table-auto">
          <caption className="sr-only">Your files, newest first</caption>
          <Columns
            select={
              <Checkbox
                aria-label="Select all files"
                checked={selection.all}
                onCheckedChange={selection.toggleAll}
              />
            }
          />
          <tbody>
            {files.map((file) => (
              <FileRow
                key={file.id}
                file={file}
                now={now}
                selected={selection.has(file.id)}
                onSelect={() => selection.toggle(file.id)}
                onShare={() => onShare([file])}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Columns({ select }: { select: ReactNode }) {
  return (
    <thead className="border-b border-line text-xs text-muted [&_th]:font-medium">
      <tr className="h-10">
        <th scope="col" className="w-12 ps-4 text-start">
          {select}
        </th>
        <th scope="col" className="text-start">
          Name
        </th>
        <th scope="col" className="hidden px-4 text-end md:table-cell">
          Size
        </th>
        <th scope="col" className="hidden px-4 text-start md:table-cell">
          Added
        </th>
        <th scope="col" className="hidden px-4 text-start md:table-cell">
          Shared
        </th>
        <th scope="col" className="hidden px-4 text-end lg:table-cell">
          Downloads
        </th>
        <th scope="col" className="w-14 md:w-36">
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  )
}
