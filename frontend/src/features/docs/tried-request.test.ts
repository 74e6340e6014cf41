/** Whose token a tried request goes with. */
import { beforeEach, expect, it, vi } from 'vitest'
import { ProblemError } from '@/api/problem'
import { session } from '@/api/session'
import { asOneself, noticeEnd } from './tried-request'

const token = vi.spyOn(session, 'token')
const renew = vi.spyOn(session, 'renew').mockResolvedValue(null)
const state = vi.spyOn(session, 'state', 'get')

beforeEach(() => {
  token.mockResolvedValue('mine')
  renew.mockClear()
  state.mockReturnValue('signed-in')
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

it('is nobody’s where the session cannot be renewed for the moment, and the request goes all the same', async () => {
  token.mockRejectedValue(new ProblemError(503))
  expect(await authorizationOf('/api/health')).toBeUndefined()
})

it('has the page look whether its session has ended, once a call is refused', () => {
  noticeEnd({ status: 200 })
  expect(renew).not.toHaveBeenCalled()
  noticeEnd({ status: 401 })
  expect(renew).toHaveBeenCalledOnce()
})

it('looks for no session where nobody is signed in', () => {
  state.mockReturnValue('signed-out')
  noticeEnd({ status: 401 })
  expect(renew).not.toHaveBeenCalled()
})
