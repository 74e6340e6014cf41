import { expect, it } from 'vitest'
import type { SharedFile } from '@/api/types'
import { treeLines } from './share-tree'

function file(name: string, path: string | null = null): SharedFile {
  return { id: name, name, path, size: 1, content_type: 'text/plain', scan: 'clean' }
}

/** The lines as they are seen. */
function seen(files: SharedFile[]): string[] {
  return treeLines(files).map((line) => {
    const name = line.kind === 'folder' ? `${line.name}/` : line.file.name
    return '  '.repeat(line.depth) + name
  })
}

it('shows files by themselves in the order in which they came', () => {
  expect(seen([file('b'), file('a')])).toEqual(['b', 'a'])
})

it('shows each folder once, with what lies in it, after the files by themselves', () => {
  const files = [file('deep', 'photos/trip'), file('alone'), file('a', 'photos'), file('b', 'docs')]
  expect(seen(files)).toEqual(['alone', 'docs/', '  b', 'photos/', '  a', '  trip/', '    deep'])
})

it('shows a folder that only holds others', () => {
  expect(seen([file('x', 'a/b'), file('y', 'a/c')])).toEqual([
    'a/',
    '  b/',
    '    x',
    '  c/',
    '    y',
  ])
})

it('keeps what lies in a folder together where another has its name and more', () => {
  const files = [file('1', 'a'), file('2', 'a b'), file('3', 'a/c')]
  expect(seen(files)).toEqual(['a/', '  1', '  c/', '    3', 'a b/', '  2'])
})
