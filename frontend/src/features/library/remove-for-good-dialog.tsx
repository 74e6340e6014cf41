/** Asks before something leaves the trash for good, since nothing brings it back. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import { ProblemError } from '@/api/problem'
import type { Trashed } from '@/api/types'
import { ConfirmButtons } from '@/components/ui/confirm-buttons'
import { Dialog } from '@/components/ui/dialog'
import { formatBytes, formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from './library-queries'

/** Some of the trash, or all. */
type Going = readonly Trashed[] | 'all'

interface RemoveForGoodDialogProps {
  /** The dialog is open while there is something. */
  going: Going | null
  /** Bytes of all that lies in the trash. */
  size: number
  onClose: () => void
}

/** The dialog. */
export function RemoveForGoodDialog({ going, size, onClose }: RemoveForGoodDialogProps) {
  const queries = useQueryClient()
  const removing = useMutation({
    mutationFn: remove,
    onSuccess: onClose,
    onSettled: () => refreshLibrary(queries),
  })
  const bytes = going === 'all' ? size : (going?.reduce((sum, item) => sum + item.size, 0) ?? 0)
  return (
    <Dialog
      open={going !== null}
      onClose={() => {
        removing.reset()
        onClose()
      }}
      title={going === 'all' ? 'Empty the trash?' : `Delete ${words(going)} for good?`}
      description={`This frees ${formatBytes(bytes)}. Nothing brings it back.`}
    >
      <ConfirmButtons
        action={going === 'all' ? 'Empty trash' : 'Delete for good'}
        pending={removing.isPending}
        problem={removing.error && problemWords(removing.error)}
        onConfirm={() => {
          if (going) removing.mutate(going)
        }}
        onLeave={() => {
          removing.reset()
          onClose()
        }}
      />
    </Dialog>
  )
}

function words(going: readonly Trashed[] | null): string {
  const [first] = going ?? []
  return going?.length === 1 && first ? first.name : formatCount(going?.length ?? 0, 'item')
}

async function remove(going: Going): Promise<void> {
  if (going === 'all') {
    await unwrap(api.DELETE('/api/trash'))
    return
  }
  for (const { id } of going) {
    try {
      await unwrap(api.DELETE('/api/trash/{id}', { params: { path: { id } } }))
    } catch (error) {
      // Gone already is as good.
      if (!(error instanceof ProblemError && error.status === 404)) throw error
    }
  }
}
