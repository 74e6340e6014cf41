/** Changing the rules of a link that is out already. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { useSendsMail } from '@/api/account'
import { api, unwrap } from '@/api/client'
import type { ChangeShare, OwnedShare } from '@/api/types'
import { Button } from '@/components/ui/button'
import { Choice } from '@/components/ui/choice'
import { Dialog, DialogEnd } from '@/components/ui/dialog'
import { Notice } from '@/components/ui/notice'
import { useToast } from '@/components/ui/toast-context'
import { problemWords } from '@/lib/problem-words'
import { refreshLibrary } from './library-queries'
import { lifetimeChoices, LIFETIMES } from './lifetimes'
import { linkChanges } from './link-changes'
import { MoreRules } from './more-rules'
import { PasswordRule } from './password-rule'
import { MOST_RECIPIENTS } from './recipients'
import { RecipientsField } from './recipients-field'
import { RevokeChoice } from './revoke-choice'
import { useRecipients } from './use-recipients'

interface EditLinkDialogProps {
  share: OwnedShare
  open: boolean
  onClose: () => void
}

/** The dialog. */
export function EditLinkDialog({ share, open, onClose }: EditLinkDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Edit link"
      description="What you change holds at once, for those who have the link, too."
    >
      <EditForm share={share} onDone={onClose} />
    </Dialog>
  )
}

function EditForm({ share, onDone }: { share: OwnedShare; onDone: () => void }) {
  const queries = useQueryClient()
  const toast = useToast()
  const isMailed = useSendsMail()
  const hasRecipients = typeof share.url !== 'string'
  const added = useRecipients(MOST_RECIPIENTS - share.addresses.length)
  const [revoked, setRevoked] = useState<readonly string[]>([])
  const change = useMutation({
    mutationFn: (body: ChangeShare) =>
      unwrap(api.PATCH('/api/shares/{slug}', { params: { path: { slug: share.slug } }, body })),
    onSuccess: () => {
      toast({ title: 'The link was changed.' })
      onDone()
      return refreshLibrary(queries)
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    // What stands in the field without Enter is meant, too.
    const named = added.take(added.draft)
    if (!named) return
    const form = new FormData(event.currentTarget)
    change.mutate(linkChanges(share, { added: named, revoked }, form))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      {change.error && <Notice tone="danger">{problemWords(change.error)}</Notice>}
      {hasRecipients && (
        <>
          <RevokeChoice addresses={share.addresses} revoked={revoked} onChange={setRevoked} />
          <RecipientsField
            label="More recipients (optional)"
            hint={
              isMailed ? 'Each is mailed a link of their own.' : 'Each has a link of their own.'
            }
            recipients={added}
          />
        </>
      )}
      <Choice
        label="Link works for"
        name="expires_in"
        options={lifetimeChoices(share.expires_at, LIFETIMES)}
      />
      <PasswordRule share={share} />
      <MoreRules share={share} />
      <DialogEnd>
        <Button type="submit" disabled={change.isPending}>
          Save
        </Button>
      </DialogEnd>
    </form>
  )
}
