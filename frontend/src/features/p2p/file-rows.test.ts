import { expect, it } from 'vitest'
import { fileRows } from './file-rows'

it('makes one row of a folder and all that is in it, wherever its files stand', () => {
  const files = [
    { name: 'a.txt', size: 1 },
    { name: 'b.jpg', path: 'photos', size: 2 },
    { name: 'photos', path: '', size: 4 },
    { name: 'c.jpg', path: 'photos/2024/may', size: 8 },
    { name: 'd.jpg', path: 'photos 2', size: 16 },
    { name: 'a.txt', size: 32 },
  ]
  const rows = fileRows(files)
  expect(rows.map(({ name, folder, size }) => [name, folder, size])).toEqual([
    ['a.txt', false, 1],
    ['photos', true, 10],
    ['photos', false, 4],
    ['photos 2', true, 16],
    ['a.txt', false, 32],
  ])
  expect(rows[1]?.files).toEqual([files[1], files[3]])
})
