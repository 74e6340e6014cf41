// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { freeNames, plainName, savePath } from './save-paths'

const offered = (name: string, path?: string) => ({
  name,
  ...(path !== undefined && { path }),
  size: 0,
  media_type: '',
  modified_at: 0,
})

const first = (names: Generator<string>, count: number) =>
  Array.from({ length: count }, () => names.next().value as string)

describe('where a file goes', () => {
  it.each([
    ['a file in no folder', offered('report.pdf'), { folders: [], name: 'report.pdf' }],
    [
      'a file in folders',
      offered('a.jpg', 'photos/2024'),
      { folders: ['photos', '2024'], name: 'a.jpg' },
    ],
    [
      'names that lead elsewhere, hide, or are devices',
      offered('.bashrc', '.ssh/con/a:b'),
      { folders: ['_ssh', '_con', 'a_b'], name: '_bashrc' },
    ],
    [
      'a name that reads backwards',
      offered('photo\u202egpj.exe', '...'),
      { folders: ['_'], name: 'photo_gpj.exe' },
    ],
  ])('is safe for %s', (_, file, path) => {
    expect(savePath(file)).toEqual(path)
  })

  it('leaves room for the ending that the browser adds', () => {
    const { name } = savePath(offered(`${'é'.repeat(120)}.tar.gz`))
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(240)
    expect(name).toMatch(/é\.gz$|é\.tar\.gz$/)
  })
})

describe('free names', () => {
  it.each([
    ['report.pdf', 'file', ['report.pdf', 'report (1).pdf', 'report (2).pdf']],
    ['archive.tar.gz', 'file', ['archive.tar.gz', 'archive (1).tar.gz', 'archive (2).tar.gz']],
    ['README', 'file', ['README', 'README (1)', 'README (2)']],
    ['v1.2 of it', 'file', ['v1.2 of it', 'v1.2 of it (1)', 'v1.2 of it (2)']],
    ['photos.2024', 'directory', ['photos.2024', 'photos.2024 (1)', 'photos.2024 (2)']],
  ] as const)('of %s', (name, kind, names) => {
    expect(first(freeNames(name, kind), 3)).toEqual(names)
  })

  it('are never too long', () => {
    const { name } = savePath(offered(`${'x'.repeat(251)}.pdf`))
    const [, next = ''] = first(freeNames(name, 'file'), 2)
    expect(next).toMatch(/x \(1\)\.pdf$/)
    expect(next.length).toBeLessThanOrEqual(240)
  })
})

it.each([
  ['shortcut.lnk', 'shortcut.lnk_'],
  ['~x', 'x_'],
  ['a\u200bb', 'a_b_'],
  ['日本語.url', '日本語.url_'],
  ['😀', 'file'],
])('%j is plainly called %j', (name, plain) => {
  expect(plainName(name)).toBe(plain)
})
