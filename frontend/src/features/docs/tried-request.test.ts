/** Whose token a tried request goes with. */
import { beforeEach, expect, it, vi } from 'vitest'
import { session } from '@/api/session'
import { asOneself } from './tried-request'

const token = vi.spyOn(session, 'token')

beforeEach(() => {
  token.mockResolvedValue('mine')
})

async function authorizationOf(url: string, headers: Record<string, string> = {}) {
  return (await asOneself({ url, headers })).headers.Authorization
}

it('is the page’s own where a call is to this server', async () => {
  expect(await authorizationOf(`${window.location.origin}/api/me`)).toBe('Bearer mine')
  expect(await authorizationOf('/api/files?limit=1')).toBe('Bearer mine')
})

it('is what was typed in where something was', async () => {
  const typed = { Authorization: 'Bearer sharesync_pat_typed' }
  expect(await authorizationOf('/api/me', typed)).toBe(typed.Authorization)
})

it('is nobody’s where nobody is signed in, or the request leads elsewhere', async () => {
  expect(await authorizationOf('/api/openapi.json')).toBeUndefined()
  expect(await authorizationOf('https://example.org/api/me')).toBeUndefined()
  token.mockResolvedValue(null)
  expect(await authorizationOf('/api/me')).toBeUndefined()
})
