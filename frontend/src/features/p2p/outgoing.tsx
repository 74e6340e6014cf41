/** The files about to be sent: chosen, dropped, or taken back. */
import { Plus, X } from 'lucide-react'
import { DropZone } from '@/components/drop-zone'
import { FolderButton } from '@/components/folder-button'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { useToast } from '@/components/ui/toast-context'
import { cn } from '@/lib/class-names'
import type { Chosen, ChosenFile } from '@/lib/dropped-files'
import { formatBytes, formatCount } from '@/lib/format'
import { ChosenList } from './chosen-list'
import type { Choice } from './engine/outbox'
import type { Offerable } from './engine/sending-conversation'

interface OutgoingProps {
  choice: Choice
  onAdd: (files: readonly ChosenFile[]) => void
  onRemove: (files: readonly Offerable[]) => void
  /** Tells of what is held back until its person says so. */
  onSend?: () => void
}

/** The choice of files, on a sheet of its own. */
export function Outgoing(props: OutgoingProps) {
  return (
    <Card aria-label="Files to send">
      <OutgoingFiles {...props} />
    </Card>
  )
}

/** The choice of files, until somebody has accepted them. */
export function OutgoingFiles({ choice, onAdd, onRemove, onSend }: OutgoingProps) {
  const toast = useToast()
  const { files, held, offered } = choice
  const some = files.length > 0
  const add = ({ files: added, unreadable }: Chosen) => {
    if (unreadable > 0) {
      toast({ title: `${formatCount(unreadable, 'file')} could not be read.` })
    }
    onAdd(added)
  }
  return (
    <>
      <DropZone
        label="Choose files"
        onFiles={add}
        plain
        className={cn('border-dashed', some ? 'min-h-20' : 'min-h-32')}
      >
        <span className="flex items-center gap-2 font-semibold">
          <Plus aria-hidden className="size-5 text-accent" />
          {some ? 'Add more files' : 'Choose files'}
        </span>
        <span className="text-sm text-muted">or drop them anywhere on this page</span>
      </DropZone>
      <div className="mt-2 flex justify-center">
        <FolderButton onFiles={add} />
      </div>
      {some && (
        <>
          <p className="mt-2 text-sm text-muted">
            {formatCount(files.length, 'file')},{' '}
            {formatBytes(files.reduce((sum, file) => sum + file.size, 0))}
          </p>
          {/* Before the list, which may be long. */}
          {held && onSend && (
            <Button className="mt-2 w-full" onClick={onSend}>
              Send {formatCount(files.length, 'file')}
            </Button>
          )}
          <ChosenList
            files={files}
            action={
              offered
                ? undefined
                : (row) => (
                    <Button
                      variant="quiet"
                      size="icon"
                      aria-label={`Remove ${row.name}`}
                      onClick={() => onRemove(row.files)}
                    >
                      <X aria-hidden />
                    </Button>
                  )
            }
          />
        </>
      )}
    </>
  )
}
