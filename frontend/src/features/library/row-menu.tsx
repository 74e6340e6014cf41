/** The menu at the end of a row of the library's list. */
import { Ellipsis, FolderInput, Pencil, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Menu, MenuItem } from '@/components/ui/menu'
import type { Picked } from './entry'
import { useRemoval } from './use-removal'

interface RowMenuProps {
  /** Of the file or folder. */
  name: string
  /** The row alone. */
  picked: Picked
  onRename: () => void
  onMove: (picked: Picked) => void
  /** What is wanted more often than what every row has, and stands before it. */
  children: ReactNode
}

/** The menu. */
export function RowMenu({ name, picked, onRename, onMove, children }: RowMenuProps) {
  const { remove } = useRemoval()
  return (
    <Menu
      trigger={
        <Button variant="quiet" size="icon" aria-label={`Actions for ${name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      {children}
      <MenuItem onSelect={onRename}>
        <Pencil aria-hidden />
        Rename
      </MenuItem>
      <MenuItem onSelect={() => onMove(picked)}>
        <FolderInput aria-hidden />
        Move to…
      </MenuItem>
      <MenuItem className="text-danger" onSelect={() => void remove(picked)}>
        <Trash2 aria-hidden />
        Delete
      </MenuItem>
    </Menu>
  )
}
