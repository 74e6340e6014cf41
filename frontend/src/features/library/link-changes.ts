/** What the form of a link's rules changes, as the API wants it: what stays is left out. */
import type { ChangeShare, OwnedShare } from '@/api/types'
import { formRules } from './form-rules'

/** The choice of a lifetime that leaves it as it is. */
export const KEEP = 'keep'

/** Who is to have an address besides, and which addresses are to work no more, by their ids. */
export interface AddressChanges {
  added: readonly string[]
  revoked: readonly string[]
}

/** The changes; none where the form says what the link has. */
export function linkChanges(
  share: OwnedShare,
  { added, revoked }: AddressChanges,
  form: FormData,
): ChangeShare {
  const { text, number, ticked } = formRules(form)
  const changes: ChangeShare = {}
  const password = text('password')
  const unlocks = ticked('no_password')
  if (unlocks) changes.password = null
  else if (password !== undefined) changes.password = password
  if (text('expires_in') !== KEEP) changes.expires_in = number('expires_in') ?? null
  if (!share.one_time) {
    const limit = number('max_downloads') ?? null
    if (limit !== (share.max_downloads ?? null)) changes.max_downloads = limit
  }
  const asksPassword = !unlocks && (share.password_required || password !== undefined)
  if (asksPassword && ticked('names_shown') !== share.names_shown)
    changes.names_shown = ticked('names_shown')
  if (ticked('notify') !== share.notify) changes.notify = ticked('notify')
  if (added.length > 0) changes.add_recipients = [...added]
  if (revoked.length > 0) changes.revoke = [...revoked]
  return changes
}
