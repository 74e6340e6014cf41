import { expect, it } from 'vitest'
import { linkRequest } from './link-request'

const A = { files: [{ id: 'a' }], folders: [], recipients: [] }

function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

it('leaves out the rules whose fields are empty', () => {
  const empty = form({ password: '', expires_in: '', max_downloads: '' })
  expect(linkRequest(A, empty)).toEqual({ file_ids: ['a'] })
})

it('asks for mails where that box is ticked', () => {
  expect(linkRequest(A, form({ notify: 'on' }))).toEqual({ file_ids: ['a'], notify: true })
})

it('sends numbers as numbers, and a password as it was typed', () => {
  const rules = form({ password: ' 12 ', expires_in: '3600', max_downloads: '5' })
  expect(linkRequest({ ...A, files: [{ id: 'a' }, { id: 'b' }] }, rules)).toEqual({
    file_ids: ['a', 'b'],
    password: ' 12 ',
    expires_in: 3600,
    max_downloads: 5,
  })
})

it('names folders and recipients where there are some', () => {
  const wanted = { files: [], folders: [{ id: 'f' }], recipients: ['ann@example.com'] }
  expect(linkRequest(wanted, form({}))).toEqual({
    file_ids: [],
    folder_ids: ['f'],
    recipients: ['ann@example.com'],
  })
})

it('gives a one-time link no limit besides', () => {
  const rules = form({ one_time: 'on', max_downloads: '3' })
  expect(linkRequest(A, rules)).toEqual({ file_ids: ['a'], one_time: true })
})

it('shows names before a password only where there is one', () => {
  expect(linkRequest(A, form({ names_shown: 'on' }))).toEqual({ file_ids: ['a'] })
  expect(linkRequest(A, form({ names_shown: 'on', password: 'x' }))).toEqual({
    file_ids: ['a'],
    password: 'x',
    names_shown: true,
  })
})
