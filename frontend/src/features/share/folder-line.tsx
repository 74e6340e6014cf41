/** The line above what lies in a folder. */
import { Folder } from 'lucide-react'
import { indent } from './indent'

interface FolderLineProps {
  name: string
  /** How many folders it lies in. */
  depth: number
}

/** The line. */
export function FolderLine({ name, depth }: FolderLineProps) {
  return (
    <li className="flex items-center gap-2 py-3 text-sm font-semibold" style={indent(depth)}>
      <Folder aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 break-words">{name}</span>
    </li>
  )
}
