/** Choosing the folder that something is moved to: one goes from folder to folder, and says when one is there. */
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { type Picked, pickedWords } from './entry'
import { FolderPicker } from './folder-picker'
import { mayGoTo } from './use-row-drag'
import { type Destination, useMoving } from './use-moving'

interface MoveDialogProps {
  /** What is moved; the dialog is open while there is something. */
  picked: Picked | null
  /** Where one begins to choose. */
  from: string | null
  onClose: () => void
  /** When they are where they shall be. */
  onMoved: () => void
}

/** The dialog. */
export function MoveDialog({ picked, from, onClose, onMoved }: MoveDialogProps) {
  return (
    <Dialog
      open={picked !== null}
      onClose={onClose}
      title={`Move ${picked ? pickedWords(picked) : ''}`}
      description="Open the folder to move to, then press Move here."
    >
      {picked && <Steps picked={picked} from={from} onClose={onClose} onMoved={onMoved} />}
    </Dialog>
  )
}

interface StepsProps extends Omit<MoveDialogProps, 'picked'> {
  picked: Picked
}

function Steps({ picked, from, onClose, onMoved }: StepsProps) {
  const move = useMoving()
  const [folderId, setFolderId] = useState(from)
  const goTo = (to: Destination) => {
    onClose()
    void move(picked, to).then((moved) => {
      if (moved) onMoved()
    })
  }
  return (
    <FolderPicker
      folderId={folderId}
      onOpen={setFolderId}
      without={picked.folders.map(({ id }) => id)}
      footer={(here) => (
        <div className="mt-4 flex flex-col-reverse gap-2 sm:flex-row sm:items-center sm:justify-end">
          {!mayGoTo(picked, folderId) && (
            <p className="text-sm text-muted sm:me-auto">It lies here already.</p>
          )}
          <Button variant="secondary" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={here === undefined || !mayGoTo(picked, folderId)}
            onClick={() => {
              if (here !== undefined) goTo({ id: folderId, name: here })
            }}
          >
            Move here
          </Button>
        </div>
      )}
    />
  )
}
