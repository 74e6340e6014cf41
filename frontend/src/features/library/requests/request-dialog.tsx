/** Asking others for files: what for, where they go and on which terms; then the address to send. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { api, unwrap } from '@/api/client'
import type { CreateFileRequest } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Dialog, DialogEnd } from '@/components/ui/dialog'
import { Notice } from '@/components/ui/notice'
import { problemWords } from '@/lib/problem-words'
import { FolderPicker } from '../folder-picker'
import { refreshLibrary } from '../library-queries'
import { FolderField } from './folder-field'
import { requestBody } from './request-body'
import { RequestFields } from './request-fields'
import { RequestResult } from './request-result'

interface RequestDialogProps {
  open: boolean
  /** The folder that is chosen to begin with; `null`: a new one. */
  folderId: string | null
  onClose: () => void
}

/** The dialog. */
export function RequestDialog({ open, folderId, onClose }: RequestDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Request files"
      description="Others can send files to you by it, without an account. They see none of yours."
    >
      <Steps folderId={folderId} onDone={onClose} />
    </Dialog>
  )
}

function Steps({ folderId: first, onDone }: { folderId: string | null; onDone: () => void }) {
  const queries = useQueryClient()
  const [folderId, setFolderId] = useState(first)
  const [isChoosing, setChoosing] = useState(false)
  const create = useMutation({
    mutationFn: (body: CreateFileRequest) => unwrap(api.POST('/api/requests', { body })),
    onSuccess: () => refreshLibrary(queries),
  })
  if (create.data) return <RequestResult request={create.data} onDone={onDone} />
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate(requestBody(new FormData(event.currentTarget), folderId))
  }
  return (
    <>
      {isChoosing && (
        <ChooseFolder from={folderId} onChosen={setFolderId} onDone={() => setChoosing(false)} />
      )}
      {/* What was typed stays while a folder is chosen. */}
      <form
        onSubmit={submit}
        hidden={isChoosing}
        className="flex flex-col gap-6 [&[hidden]]:hidden"
      >
        {create.error && <Notice tone="danger">{problemWords(create.error)}</Notice>}
        <RequestFields
          folder={
            <FolderField
              folderId={folderId}
              onChoose={() => setChoosing(true)}
              onNew={() => setFolderId(null)}
            />
          }
        />
        <DialogEnd>
          <Button type="submit" disabled={create.isPending}>
            Create request
          </Button>
        </DialogEnd>
      </form>
    </>
  )
}

interface ChooseFolderProps {
  from: string | null
  onChosen: (folderId: string) => void
  onDone: () => void
}

function ChooseFolder({ from, onChosen, onDone }: ChooseFolderProps) {
  const [folderId, setFolderId] = useState(from)
  return (
    <FolderPicker
      folderId={folderId}
      onOpen={setFolderId}
      without={[]}
      footer={() => (
        <div className="mt-4 flex flex-col-reverse gap-2 sm:flex-row sm:items-center sm:justify-end">
          {folderId === null && (
            <p className="text-sm text-muted sm:me-auto">Open the folder that they shall go to.</p>
          )}
          <Button variant="secondary" onClick={onDone}>
            Back
          </Button>
          <Button
            disabled={folderId === null}
            onClick={() => {
              if (folderId !== null) onChosen(folderId)
              onDone()
            }}
          >
            Use this folder
          </Button>
        </div>
      )}
    />
  )
}
