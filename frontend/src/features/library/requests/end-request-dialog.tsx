/** Asks before a file request is ended, since nothing brings its address back. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '@/api/client'
import type { OwnedFileRequest } from '@/api/types'
import { ConfirmButtons } from '@/components/ui/confirm-buttons'
import { Dialog } from '@/components/ui/dialog'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from '../library-queries'

interface EndRequestDialogProps {
  request: OwnedFileRequest
  open: boolean
  onClose: () => void
}

/** The dialog. */
export function EndRequestDialog({ request, open, onClose }: EndRequestDialogProps) {
  const { slug, title } = request
  const queries = useQueryClient()
  const toast = useToast()
  const end = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/requests/{slug}', { params: { path: { slug } } })),
    onSuccess: () => {
      toast({ title: 'The request has ended.' })
      onClose()
      return refreshLibrary(queries)
    },
  })
  const leave = () => {
    end.reset()
    onClose()
  }
  return (
    <Dialog
      open={open}
      onClose={leave}
      title={`End “${title}”?`}
      description="Its link works no more, and what is on its way by it does not arrive. You keep what has come."
    >
      <ConfirmButtons
        action="End request"
        pending={end.isPending}
        problem={end.error && problemWords(end.error)}
        onConfirm={() => end.mutate()}
        onLeave={leave}
      />
    </Dialog>
  )
}
