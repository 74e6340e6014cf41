/** The files about to be sent: chosen, dropped, or taken back. */
import { X } from 'lucide-react'
import { DropZone } from '@/components/drop-zone'
import { FileIcon } from '@/components/file-icon'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { useToast } from '@/components/ui/toast-context'
import type { Dropped } from '@/lib/dropped-files'
import { formatBytes, formatCount } from '@/lib/format'
import type { Offerable } from './engine/sender'
import type { Outbox } from './engine/sending-room'

/** Rows drawn at most. */
const MAX_ROWS = 100

interface OutgoingProps {
  outbox: Outbox
  onAdd: (files: File[]) => void
  onRemove: (file: Offerable) => void
}

/** The choice of files, until somebody has accepted them. */
export function Outgoing({ outbox, onAdd, onRemove }: OutgoingProps) {
  const toast = useToast()
  const { files, offered } = outbox
  const some = files.length > 0
  const add = ({ files: added, folders }: Dropped) => {
    if (folders > 0) {
      toast({ title: 'Folders cannot be sent yet. Drop the files in them instead.' })
    }
    onAdd(added)
  }
  return (
    <Card aria-label="Files to send">
      <DropZone label="Choose files" onFiles={add} className={some ? 'min-h-24 py-3' : 'min-h-44'}>
        <span className="font-semibold">{some ? 'Add more files' : 'Choose files'}</span>
        <span className="text-sm text-muted">or drop them anywhere on this page</span>
      </DropZone>
      {some && (
        <>
          <p className="mt-4 text-sm text-muted">
            {formatCount(files.length, 'file')},{' '}
            {formatBytes(files.reduce((sum, file) => sum + file.size, 0))}
          </p>
          <ul aria-label="Files" className="mt-1 divide-y divide-line">
            {files.slice(0, MAX_ROWS).map((file, number) => (
              <li key={number} className="flex items-center gap-3 py-2">
                <FileIcon name={file.name} />
                <bdi className="min-w-0 flex-1 truncate text-sm font-medium" title={file.name}>
                  {file.name}
                </bdi>
                <span className="shrink-0 text-sm text-muted tabular-nums">
                  {formatBytes(file.size)}
                </span>
                {!offered && (
                  <Button
                    variant="quiet"
                    size="icon"
                    aria-label={`Remove ${file.name}`}
                    onClick={() => onRemove(file)}
                  >
                    <X aria-hidden />
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {files.length > MAX_ROWS && (
            <p className="pt-3 text-sm text-muted">
              {formatCount(files.length - MAX_ROWS, 'file')} more
            </p>
          )}
        </>
      )}
    </Card>
  )
}
