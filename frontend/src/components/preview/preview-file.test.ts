import { expect, it } from 'vitest'
import { neighbour, ownAddress, type PreviewFile } from './preview-file'

const files = ['a', 'b', 'c'].map((id): PreviewFile => ({ id, name: id, size: 1, scan: 'clean' }))

it('leads through a list and not beyond it', () => {
  expect(neighbour(files, 'a', 1)?.id).toBe('b')
  expect(neighbour(files, 'b', -1)?.id).toBe('a')
  expect(neighbour(files, 'a', -1)).toBeUndefined()
  expect(neighbour(files, 'c', 1)).toBeUndefined()
  expect(neighbour(files, 'gone', 1)).toBeUndefined()
})

it('fetches from the page’s own origin alone', () => {
  expect(ownAddress('https://elsewhere.example/api/files/1/preview?a=b')).toBe(
    '/api/files/1/preview?a=b',
  )
})
