/** What the form of a file request says, as the API wants it. */
import type { ChangeFileRequest, CreateFileRequest, OwnedFileRequest } from '@/api/types'
import { TYPE_PRESETS } from '@/lib/type-words'
import { formRules } from '../form-rules'
import { KEEP } from '../link-changes'
import { MEBIBYTE } from './file-size'
import { namedTypes } from './named-types'

/** A new one; an empty field is a rule that is not wanted. */
export function requestBody(form: FormData, folderId: string | null): CreateFileRequest {
  const { text, number, ticked } = formRules(form)
  const body: CreateFileRequest = {
    title: text('title')?.trim() ?? '',
    notify: ticked('notify'),
  }
  const message = text('message')?.trim()
  const password = text('password')
  const expiresIn = number('expires_in')
  const maxFiles = number('max_files')
  const maxFileSize = sizeIn(form)
  const types = typesIn(form)
  if (message) body.message = message
  if (folderId !== null) body.folder_id = folderId
  if (password !== undefined) body.password = password
  if (expiresIn !== undefined) body.expires_in = expiresIn
  if (maxFiles !== undefined) body.max_files = maxFiles
  if (maxFileSize !== null) body.max_file_size = maxFileSize
  if (types.length > 0) body.types = types
  return body
}

/** What it changes of one that there is: what stays is left out. */
export function requestChanges(request: OwnedFileRequest, form: FormData): ChangeFileRequest {
  const { text, number, ticked } = formRules(form)
  const changes: ChangeFileRequest = {}
  const title = text('title')?.trim() ?? ''
  const message = text('message')?.trim() ?? ''
  const password = text('password')
  const maxFiles = number('max_files') ?? null
  const maxFileSize = sizeIn(form)
  const types = typesIn(form)
  if (title !== request.title) changes.title = title
  if (message !== (request.message ?? '')) changes.message = message || null
  if (ticked('no_password')) changes.password = null
  else if (password !== undefined) changes.password = password
  if (text('expires_in') !== KEEP) changes.expires_in = number('expires_in') ?? null
  if (maxFiles !== (request.max_files ?? null)) changes.max_files = maxFiles
  if (maxFileSize !== (request.max_file_size ?? null)) changes.max_file_size = maxFileSize
  if (!isSameSet(types, request.types)) changes.types = types
  if (ticked('notify') !== request.notify) changes.notify = ticked('notify')
  return changes
}

/** Bytes; `null` where none are said. */
function sizeIn(form: FormData): number | null {
  const size = formRules(form).number('max_file_size')
  return size === undefined ? null : Math.max(1, Math.round(size * MEBIBYTE))
}

/** Those of the presets that are ticked, and those that are named besides. */
function typesIn(form: FormData): string[] {
  const ticked = form.getAll('types')
  const presets = TYPE_PRESETS.filter(({ name }) => ticked.includes(name))
  const named = namedTypes(formRules(form).text('other_types') ?? '').types
  return [...new Set([...presets.flatMap(({ types }) => types), ...named])]
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((type) => other.includes(type))
}
