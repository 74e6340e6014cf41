/** Making a link to some files and folders: its rules first, then the link. Used by the library and the upload page. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { useSendsMail } from '@/api/account'
import { api, unwrap } from '@/api/client'
import { Button } from '@/components/ui/button'
import { Choice } from '@/components/ui/choice'
import { Dialog, DialogEnd } from '@/components/ui/dialog'
import { Notice } from '@/components/ui/notice'
import { formatCount } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from './library-queries'
import { LIFETIMES } from './lifetimes'
import { linkRequest } from './link-request'
import { MoreRules } from './more-rules'
import { PasswordRule } from './password-rule'
import { RecipientsField } from './recipients-field'
import { ShareResult } from './share-result'
import type { FileRef } from './use-file-actions'
import { useRecipients } from './use-recipients'

const ANYBODY = 'anybody'
const NAMED = 'named'

/** For whom a link may be. */
const AUDIENCES = [
  { value: ANYBODY, label: 'Anybody with the link' },
  { value: NAMED, label: 'People I name' },
]

const NOTHING: readonly FileRef[] = []

interface ShareDialogProps {
  /** The files to share; the dialog is open while there are some, or folders. */
  files: readonly FileRef[]
  /** The folders to share, with whatever lies in them when the link is opened. */
  folders?: readonly FileRef[]
  onClose: () => void
}

/** The dialog. */
export function ShareDialog({ files, folders = NOTHING, onClose }: ShareDialogProps) {
  return (
    <Dialog
      open={files.length + folders.length > 0}
      onClose={onClose}
      title="Create link"
      description={`Others can download ${subject(files, folders)} by it, without an account.`}
    >
      <ShareSteps files={files} folders={folders} onDone={onClose} />
    </Dialog>
  )
}

/** `report.pdf`, or `3 files and 1 folder`. */
function subject(files: readonly FileRef[], folders: readonly FileRef[]): string {
  const [only, ...others] = [...files, ...folders]
  if (only && others.length === 0) return only.name
  const counts = [
    files.length > 0 && formatCount(files.length, 'file'),
    folders.length > 0 && formatCount(folders.length, 'folder'),
  ]
  return counts.filter(Boolean).join(' and ')
}

interface ShareStepsProps {
  files: readonly FileRef[]
  folders: readonly FileRef[]
  onDone: () => void
}

function ShareSteps({ files, folders, onDone }: ShareStepsProps) {
  const queries = useQueryClient()
  const isMailed = useSendsMail()
  const [audience, setAudience] = useState(ANYBODY)
  const recipients = useRecipients()
  const [nobody, setNobody] = useState(false)
  const create = useMutation({
    mutationFn: (body: ReturnType<typeof linkRequest>) => unwrap(api.POST('/api/shares', { body })),
    onSuccess: () => refreshLibrary(queries),
  })
  if (create.data) return <ShareResult share={create.data} onDone={onDone} />
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    // What stands in the field without Enter is meant, too.
    const named = audience === NAMED ? recipients.take(recipients.draft) : []
    setNobody(audience === NAMED && named?.length === 0)
    if (!named || (audience === NAMED && named.length === 0)) return
    const wanted = { files, folders, recipients: named }
    create.mutate(linkRequest(wanted, new FormData(event.currentTarget)))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {create.error && <Notice tone="danger">{problemWords(create.error)}</Notice>}
      <Choice
        label="For"
        options={AUDIENCES}
        value={audience}
        onChange={(event) => setAudience(event.target.value)}
      />
      {audience === NAMED && (
        <RecipientsField
          label="Their e-mail addresses"
          hint={
            isMailed
              ? 'Each is mailed a link of their own, which tells you who fetched what.'
              : 'Each has a link of their own, which tells you who fetched what. This server sends no mail: you give it to them.'
          }
          recipients={recipients}
          missing={nobody}
        />
      )}
      <Choice label="Link works for" name="expires_in" options={LIFETIMES} />
      <PasswordRule />
      <MoreRules />
      <DialogEnd>
        <Button type="submit" disabled={create.isPending}>
          {audience === NAMED && isMailed ? 'Create and send' : 'Create link'}
        </Button>
      </DialogEnd>
    </form>
  )
}
