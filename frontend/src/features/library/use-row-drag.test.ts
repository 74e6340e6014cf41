import { expect, it } from 'vitest'
import type { FileSummary, Folder } from '@/api/types'
import { mayGoTo } from './use-row-drag'

const file = (folder_id: string | null) => ({ id: 'a', folder_id }) as FileSummary
const folder = (id: string, parent_id: string | null) => ({ id, parent_id }) as Folder

it('may go where it does not lie yet', () => {
  expect(mayGoTo({ files: [file(null)], folders: [] }, null)).toBe(false)
  expect(mayGoTo({ files: [file('f')], folders: [] }, null)).toBe(true)
  // What a search found lies here and there.
  expect(mayGoTo({ files: [file('f'), file('g')], folders: [] }, 'f')).toBe(true)
})

it('goes into no folder that goes along', () => {
  const picked = { files: [file(null)], folders: [folder('f', null)] }
  expect(mayGoTo(picked, 'f')).toBe(false)
  expect(mayGoTo(picked, 'g')).toBe(true)
})
