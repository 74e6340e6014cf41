/** One folder of the library's list. */
import { Download, Folder as FolderIcon, Inbox, Link2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Folder } from '@/api/types'
import { MenuItem } from '@/components/ui/menu'
import { cn } from '@/lib/class-names'
import { formatCount, formatDateTime, formatRelative } from '@/lib/format'
import { folderPath } from '@/lib/paths'
import { Passing } from './passing'
import { LocationLink } from './location-link'
import { RenameField } from './rename-field'
import { RowFrame } from './row-frame'
import type { RowProps } from './row-handlers'
import { RowMenu } from './row-menu'
import { useFileActions } from './use-file-actions'
import { useFolderActions } from './use-folder-actions'
import type { DropTarget } from './use-row-drag'

interface FolderRowProps extends RowProps {
  folder: Folder
  /** For rows that are dropped on it, and whether some are held over it. */
  drop: DropTarget
  isOver: boolean
}

/** It stands before the files, and says how much lies in it. */
export function FolderRow({
  folder,
  drop,
  isOver,
  now,
  located,
  isPassing,
  ...row
}: FolderRowProps) {
  const [renaming, setRenaming] = useState(false)
  const { rename } = useFolderActions()
  const added = formatRelative(Math.min(folder.created_at, now), now)
  return (
    <RowFrame
      entry={{ kind: 'folder', folder }}
      name={folder.name}
      {...row}
      {...drop}
      className={cn(isOver && 'bg-accent-soft outline-2 -outline-offset-2 outline-accent')}
    >
      {renaming ? (
        <td colSpan={6} className="pe-4">
          <RenameField
            current={folder.name}
            onRename={(name) => rename(folder.id, name)}
            onDone={() => setRenaming(false)}
          />
        </td>
      ) : (
        <>
          <td className="pe-2">
            <div className="flex items-center gap-2 md:gap-3">
              <span className="flex shrink-0 items-center justify-center text-accent md:size-10">
                <FolderIcon aria-hidden className="size-5 fill-accent-soft md:size-6" />
              </span>
              <Name folder={folder} located={located} />
            </div>
          </td>
          <td className="hidden text-end text-sm whitespace-nowrap text-muted tabular-nums md:table-cell">
            {contents(folder)}
          </td>
          <td
            className="hidden ps-4 text-sm whitespace-nowrap text-muted md:table-cell"
            title={formatDateTime(folder.created_at)}
          >
            {added}
          </td>
          <td className="hidden md:table-cell" />
          <td className="hidden lg:table-cell" />
          <td className="pe-2">
            <div className="flex justify-end">
              <Passing isPassing={isPassing} name={folder.name}>
                <Actions
                  folder={folder}
                  onRename={() => setRenaming(true)}
                  handlers={row.handlers}
                />
              </Passing>
            </div>
          </td>
        </>
      )}
    </RowFrame>
  )
}

/** Folders in it count as much as files. */
function contents({ files, folders }: Folder): string {
  return files + folders === 0 ? 'Empty' : formatCount(files + folders, 'item')
}

function Name({ folder, located }: { folder: Folder; located: boolean }) {
  return (
    <div className="min-w-0">
      <Link
        to={folderPath(folder.id)}
        draggable={false}
        title={folder.name}
        className="-mx-1 line-clamp-2 rounded-md px-1 text-sm font-medium hover:underline hover:underline-offset-4 md:line-clamp-1"
      >
        {folder.name}
      </Link>
      {located ? (
        <p className="truncate text-xs text-muted">
          <LocationLink folderId={folder.parent_id ?? null} />
        </p>
      ) : (
        <p className="truncate text-xs text-muted md:hidden">{contents(folder)}</p>
      )}
    </div>
  )
}

interface ActionsProps {
  folder: Folder
  onRename: () => void
  handlers: RowProps['handlers']
}

function Actions({ folder, onRename, handlers }: ActionsProps) {
  const { downloadAll } = useFileActions()
  const picked = { files: [], folders: [folder] }
  return (
    <RowMenu name={folder.name} picked={picked} onRename={onRename} onMove={handlers.onMove}>
      <MenuItem onSelect={() => handlers.onShare(picked)}>
        <Link2 aria-hidden />
        Create link
      </MenuItem>
      <MenuItem onSelect={() => handlers.onRequest(folder.id)}>
        <Inbox aria-hidden />
        Request files
      </MenuItem>
      <MenuItem
        disabled={folder.files + folder.folders === 0}
        onSelect={() => void downloadAll(picked)}
      >
        <Download aria-hidden />
        Download as ZIP
      </MenuItem>
    </RowMenu>
  )
}
