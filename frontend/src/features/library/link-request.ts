/** What the share dialog's form says, as the API wants it. */
import type { CreateShare } from '@/api/types'

/** An empty field is a rule that is not wanted. */
export function linkRequest(fileIds: string[], rules: FormData): CreateShare {
  const text = (name: string) => {
    const value = rules.get(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const number = (name: string) => {
    const value = text(name)
    return value === undefined ? undefined : Number(value)
  }
  const request: CreateShare = { file_ids: fileIds }
  const password = text('password')
  const expiresIn = number('expires_in')
  const maxDownloads = number('max_downloads')
  if (password !== undefined) request.password = password
  if (expiresIn !== undefined) request.expires_in = expiresIn
  if (maxDownloads !== undefined) request.max_downloads = maxDownloads
  // A box that is not ticked is not in the form.
  if (rules.has('notify')) request.notify = true
  return request
}
