import { expect, it } from 'vitest'
import type { FileSummary, Folder } from '@/api/types'
import { byFolder, idsOf, pick, pickedWords } from './entry'

const file = (id: string, folder_id: string | null = null) =>
  ({ id, name: `${id}.txt`, folder_id }) as FileSummary
const folder = (id: string, parent_id: string | null = null) =>
  ({ id, name: id, parent_id }) as Folder

it('calls a single one by its name, and several by their number', () => {
  expect(pickedWords({ files: [file('a')], folders: [] })).toBe('a.txt')
  expect(pickedWords({ files: [], folders: [folder('f')] })).toBe('f')
  expect(pickedWords({ files: [file('a'), file('b')], folders: [] })).toBe('2 files')
  expect(pickedWords({ files: [file('a')], folders: [folder('f')] })).toBe('1 folder and 1 file')
})

it('knows where everything lay, so that it can be put back', () => {
  const picked = pick([
    { kind: 'file', file: file('a') },
    { kind: 'file', file: file('b', 'f') },
    { kind: 'folder', folder: folder('g', 'f') },
  ])
  const parts = [...byFolder(picked)].map(([id, part]) => [id, idsOf(part)])
  expect(parts).toEqual([
    [null, { file_ids: ['a'], folder_ids: [] }],
    ['f', { file_ids: ['b'], folder_ids: ['g'] }],
  ])
})
