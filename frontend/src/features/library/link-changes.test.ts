import { expect, it } from 'vitest'
import type { OwnedShare } from '@/api/types'
import { KEEP, linkChanges } from './link-changes'

const share = {
  password_required: false,
  max_downloads: 3,
  one_time: false,
  names_shown: false,
  notify: false,
} as OwnedShare
const NOBODY = { added: [], revoked: [] }
const AS_IT_IS = { password: '', expires_in: KEEP, max_downloads: '3' }

function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

it('leaves out what stays as it is', () => {
  expect(linkChanges(share, NOBODY, form(AS_IT_IS))).toEqual({})
})

it('takes away what was emptied', () => {
  const emptied = form({ expires_in: '', max_downloads: '', no_password: 'on' })
  const locked = { ...share, password_required: true }
  expect(linkChanges(locked, NOBODY, emptied)).toEqual({
    password: null,
    expires_in: null,
    max_downloads: null,
  })
})

it('keeps a password where none was typed', () => {
  const locked = { ...share, password_required: true }
  expect(linkChanges(locked, NOBODY, form(AS_IT_IS))).toEqual({})
})

it('leaves the limit of a one-time link alone', () => {
  const once = { ...share, one_time: true, max_downloads: 1 }
  expect(linkChanges(once, NOBODY, form({ expires_in: KEEP }))).toEqual({})
})

it('says what is new, and who', () => {
  const fields = form({ ...AS_IT_IS, password: 'x', names_shown: 'on', notify: 'on' })
  const who = { added: ['ann@example.com'], revoked: ['id'] }
  expect(linkChanges(share, who, fields)).toEqual({
    password: 'x',
    names_shown: true,
    notify: true,
    add_recipients: ['ann@example.com'],
    revoke: ['id'],
  })
})
