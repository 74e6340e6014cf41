/** Making a folder: its name. */
import { useMutation } from '@tanstack/react-query'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { problemWords } from '@/lib/problem-words'
import { useFolderActions } from './use-folder-actions'

interface NewFolderDialogProps {
  open: boolean
  onClose: () => void
  /** What it is made in; `null`: in none. */
  parentId: string | null
  parentName: string
}

/** The dialog. */
export function NewFolderDialog({ open, onClose, parentId, parentName }: NewFolderDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="New folder"
      description={`It will lie in ${parentName}.`}
    >
      <NameForm parentId={parentId} onDone={onClose} />
    </Dialog>
  )
}

function NameForm({ parentId, onDone }: { parentId: string | null; onDone: () => void }) {
  const { create } = useFolderActions()
  const making = useMutation({
    mutationFn: (name: string) => create(name, parentId),
    onSuccess: onDone,
  })
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        making.mutate(new FormData(event.currentTarget).get('name') as string)
      }}
    >
      {making.error && <Notice tone="danger">{problemWords(making.error)}</Notice>}
      <Field label="Name" name="name" autoComplete="off" required maxLength={255} />
      <Button type="submit" disabled={making.isPending}>
        Make folder
      </Button>
    </form>
  )
}
