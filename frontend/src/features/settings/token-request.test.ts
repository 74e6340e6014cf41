import { expect, it } from 'vitest'
import { tokenRequest } from './token-request'

function form(fields: [name: string, value: string][]): FormData {
  const data = new FormData()
  for (const [name, value] of fields) data.append(name, value)
  return data
}

it('asks for every scope that is ticked, and for a time in seconds', () => {
  const values = form([
    ['name', ' Nightly backup '],
    ['scopes', 'files:read'],
    ['scopes', 'files:write'],
    ['expires_in', '2592000'],
  ])
  expect(tokenRequest(values)).toEqual({
    name: 'Nightly backup',
    scopes: ['files:read', 'files:write'],
    expires_in: 2_592_000,
  })
})

it('asks for a token that never expires by leaving the time out, and for no scope that is none', () => {
  const values = form([
    ['name', 'x'],
    ['scopes', 'everything'],
    ['expires_in', ''],
  ])
  expect(tokenRequest(values)).toEqual({ name: 'x', scopes: [] })
})
