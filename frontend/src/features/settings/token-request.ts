/** What the form for an API token says, as the API wants it. */
import type { CreateApiToken, Scope } from '@/api/types'

/** What each scope lets a token do. */
export const SCOPE_WORDS: Readonly<Record<Scope, string>> = {
  'files:read': 'See and download files',
  'files:write': 'Upload, rename and delete files',
  'shares:read': 'See links and who used them, and file requests',
  'shares:write': 'Make and end links and file requests',
  'admin:read': 'See accounts and statistics',
  'admin:write': 'Make and change accounts',
}

/** How long a token may last, in seconds; an empty value lasts for good. */
export const LIFETIMES = [
  { value: String(30 * 86_400), label: 'In 30 days' },
  { value: String(90 * 86_400), label: 'In 90 days' },
  { value: String(365 * 86_400), label: 'In a year' },
  { value: '', label: 'Never' },
]

/** Fields: `name`, `scopes` for each that is ticked, `expires_in`. */
export function tokenRequest(values: FormData): CreateApiToken {
  const text = (name: string) => {
    const value = values.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const request: CreateApiToken = {
    name: text('name'),
    scopes: values.getAll('scopes').filter(isScope),
  }
  const expiresIn = text('expires_in')
  if (expiresIn !== '') request.expires_in = Number(expiresIn)
  return request
}

function isScope(value: FormDataEntryValue): value is Scope {
  return typeof value === 'string' && value in SCOPE_WORDS
}
