/** What accounts are for, and what each may do. The server decides; pages show only what it would allow. */
import type { Role, Scope } from '@/api/types'

/** What each role may do, in a few words. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  standard: 'Standard: keeps files and makes links to them',
  client: 'Client: sends files in',
  ops: 'Operations: keeps files, and fetches what is handed in',
  admin: 'Administrator: runs this server',
}

const LIBRARY_SCOPES: readonly Scope[] = [
  'files:read',
  'files:write',
  'shares:read',
  'shares:write',
]

/** What a role's API tokens can be made for. */
export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  standard: LIBRARY_SCOPES,
  client: ['files:write'],
  ops: LIBRARY_SCOPES,
  admin: [...LIBRARY_SCOPES, 'admin:read', 'admin:write'],
}

/** Whether somebody has files to see, rather than only to send in. Nobody yet known is taken to have. */
export function hasLibrary(account: { role: Role } | undefined): boolean {
  return account?.role !== 'client'
}

/** Whether somebody fetches what others hand in. */
export function fetchesHandIns(account: { role: Role } | undefined): boolean {
  return account?.role === 'ops' || account?.role === 'admin'
}

/** Whether somebody runs this server. */
export function administers(account: { role: Role } | undefined): boolean {
  return account?.role === 'admin'
}

/** Whether hand-ins are among what somebody comes here for. */
export function dealsInHandIns(account: { role: Role } | undefined): boolean {
  return fetchesHandIns(account) || account?.role === 'client'
}
