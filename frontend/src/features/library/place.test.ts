import { expect, it } from 'vitest'
import { placeAt, sortedBy, withParameters } from './place'

const at = (query: string) => placeAt('f', new URLSearchParams(query))

it('is sorted by what the address says, and else by what came last', () => {
  expect(at('')).toEqual({ folderId: 'f', search: '', sort: 'added', order: 'desc' })
  expect(at('sort=name')).toMatchObject({ sort: 'name', order: 'asc' })
  expect(at('sort=size&order=asc')).toMatchObject({ sort: 'size', order: 'asc' })
  expect(at('sort=colour&order=up')).toMatchObject({ sort: 'added', order: 'desc' })
  expect(placeAt(undefined, new URLSearchParams('q=%20a%20'))).toMatchObject({
    folderId: null,
    search: 'a',
  })
})

it('writes only what is not so anyway', () => {
  const parameters = new URLSearchParams('file=1&sort=size&order=asc')
  expect(sortedBy(parameters, 'added', 'desc').toString()).toBe('file=1')
  expect(sortedBy(parameters, 'name', 'desc').toString()).toBe('file=1&sort=name&order=desc')
  expect(withParameters(parameters, { file: '' }).toString()).toBe('sort=size&order=asc')
})
