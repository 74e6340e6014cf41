/** Changing a file request that is out already. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { SubmitEvent } from 'react'
import { api, unwrap } from '@/api/client'
import type { ChangeFileRequest, OwnedFileRequest } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Dialog, DialogEnd } from '@/components/ui/dialog'
import { Notice } from '@/components/ui/notice'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from '../library-queries'
import { requestChanges } from './request-body'
import { RequestFields } from './request-fields'

interface EditRequestDialogProps {
  request: OwnedFileRequest
  open: boolean
  onClose: () => void
}

/** The dialog. */
export function EditRequestDialog({ request, open, onClose }: EditRequestDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Edit request"
      description="What you change holds at once, for those who have the link, too."
    >
      <EditForm request={request} onDone={onClose} />
    </Dialog>
  )
}

function EditForm({ request, onDone }: { request: OwnedFileRequest; onDone: () => void }) {
  const queries = useQueryClient()
  const toast = useToast()
  const change = useMutation({
    mutationFn: (body: ChangeFileRequest) =>
      unwrap(api.PATCH('/api/requests/{slug}', { params: { path: { slug: request.slug } }, body })),
    onSuccess: () => {
      toast({ title: 'The request was changed.' })
      onDone()
      return refreshLibrary(queries)
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    change.mutate(requestChanges(request, new FormData(event.currentTarget)))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {change.error && <Notice tone="danger">{problemWords(change.error)}</Notice>}
      <RequestFields request={request} />
      <DialogEnd>
        <Button type="submit" disabled={change.isPending}>
          Save
        </Button>
      </DialogEnd>
    </form>
  )
}
