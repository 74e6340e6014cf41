import { expect, it } from 'vitest'
import { linkRequest } from './link-request'

function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

it('leaves out the rules whose fields are empty', () => {
  const empty = form({ password: '', expires_in: '', max_downloads: '' })
  expect(linkRequest(['a'], empty)).toEqual({ file_ids: ['a'] })
})

it('asks for mails where that box is ticked', () => {
  expect(linkRequest(['a'], form({ notify: 'on' }))).toEqual({ file_ids: ['a'], notify: true })
})

it('sends numbers as numbers, and a password as it was typed', () => {
  const rules = form({ password: ' 12 ', expires_in: '3600', max_downloads: '5' })
  expect(linkRequest(['a', 'b'], rules)).toEqual({
    file_ids: ['a', 'b'],
    password: ' 12 ',
    expires_in: 3600,
    max_downloads: 5,
  })
})
