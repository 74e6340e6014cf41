import { expect, it } from 'vitest'
import { droppedFiles } from './dropped-files'

function item(file: File | null, isDirectory: boolean | null) {
  return {
    kind: file ? 'file' : 'string',
    getAsFile: () => file,
    webkitGetAsEntry: () => (isDirectory === null ? null : { isDirectory }),
  }
}

it('takes the files of a drop, counts its folders, and leaves the rest', () => {
  const letter = new File(['a'], 'letter.txt')
  const pasted = new File(['b'], 'pasted.png')
  const items = [
    item(letter, false),
    item(new File([], 'folder'), true),
    item(null, null),
    item(pasted, null),
  ]
  const dropped = droppedFiles({ items } as unknown as DataTransfer)
  expect(dropped).toEqual({ files: [letter, pasted], folders: 1 })
})
