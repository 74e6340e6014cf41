/** What the share dialog's form says, as the API wants it. */
import type { CreateShare } from '@/api/types'
import { formRules } from './form-rules'

/** What a link is to lead to, and for whom; nobody named is anybody. */
export interface LinkSubject {
  files: readonly { id: string }[]
  folders: readonly { id: string }[]
  recipients: readonly string[]
}

/** An empty field is a rule that is not wanted. */
export function linkRequest(
  { files, folders, recipients }: LinkSubject,
  form: FormData,
): CreateShare {
  const { text, number, ticked } = formRules(form)
  const request: CreateShare = { file_ids: files.map(({ id }) => id) }
  const password = text('password')
  const expiresIn = number('expires_in')
  const maxDownloads = number('max_downloads')
  if (folders.length > 0) request.folder_ids = folders.map(({ id }) => id)
  if (recipients.length > 0) request.recipients = [...recipients]
  if (password !== undefined) request.password = password
  if (password !== undefined && ticked('names_shown')) request.names_shown = true
  if (expiresIn !== undefined) request.expires_in = expiresIn
  // A one-time link has its limit by itself.
  if (ticked('one_time')) request.one_time = true
  else if (maxDownloads !== undefined) request.max_downloads = maxDownloads
  if (ticked('notify')) request.notify = true
  return request
}
