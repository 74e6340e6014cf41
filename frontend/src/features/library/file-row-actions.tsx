/** What can be done to a file of the library's list. */
import { Download, Link2 } from 'lucide-react'
import type { FileSummary } from '@/api/types'
import { Button } from '@/components/ui/button'
import { MenuItem } from '@/components/ui/menu'
import { unfetchable } from '@/lib/scan-words'
import type { RowHandlers } from './row-handlers'
import { RowMenu } from './row-menu'
import { useFileActions } from './use-file-actions'

interface FileRowActionsProps {
  file: FileSummary
  handlers: RowHandlers
  onRename: () => void
}

/** The two most wanted show on hover and on focus where there is room; all are in the menu. */
export function FileRowActions({ file, handlers, onRename }: FileRowActionsProps) {
  const { download } = useFileActions()
  const reason = unfetchable(file.scan)
  const unshared = file.scan === 'infected'
  const picked = { files: [file], folders: [] }
  const share = () => handlers.onShare(picked)
  return (
    <div className="flex justify-end">
      <div className="hidden opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 md:flex">
        <Button
          variant="quiet"
          size="icon"
          aria-label={`Create link for ${file.name}`}
          disabled={unshared}
          onClick={share}
        >
          <Link2 aria-hidden />
        </Button>
        <Button
          variant="quiet"
          size="icon"
          aria-label={reason ? `Download ${file.name}. ${reason}` : `Download ${file.name}`}
          disabled={reason !== undefined}
          onClick={() => void download(file)}
        >
          <Download aria-hidden />
        </Button>
      </div>
      <RowMenu name={file.name} picked={picked} onRename={onRename} onMove={handlers.onMove}>
        <MenuItem disabled={unshared} onSelect={share}>
          <Link2 aria-hidden />
          Create link
        </MenuItem>
        <MenuItem disabled={reason !== undefined} onSelect={() => void download(file)}>
          <Download aria-hidden />
          <span>
            Download
            {reason && <span className="block text-xs">{reason}</span>}
          </span>
        </MenuItem>
      </RowMenu>
    </div>
  )
}
