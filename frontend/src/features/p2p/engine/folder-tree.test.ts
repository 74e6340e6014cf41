// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { type Claim, FolderTree } from './folder-tree'
import { savePath } from './save-paths'
import { TestFolder } from './test-folder'

const offered = (path: string) => {
  const folders = path.split('/')
  const name = folders.pop() ?? ''
  const above = folders.join('/')
  return savePath({
    name,
    ...(above !== '' && { path: above }),
    size: 0,
    media_type: '',
    modified_at: 0,
  })
}

/** A tree with these files offered, and what it claims. */
function tree(root: TestFolder, files: readonly string[], before: readonly Claim[] = []) {
  const claims: Claim[] = []
  const made = new FolderTree(root.handle, files.map(offered), before, (claim) =>
    claims.push(claim),
  )
  const all = () => Promise.all(files.map((_, number) => made.file(number)))
  return { tree: made, claims, all }
}

describe('a tree of files', () => {
  it('is put into the folder as it is', async () => {
    const root = new TestFolder()
    await tree(root, ['photos/a.jpg', 'photos/2024/b.jpg', 'photos/2024/c.jpg', 'notes.txt']).all()
    expect(Object.keys(root.files())).toEqual([
      'photos/a.jpg',
      'photos/2024/b.jpg',
      'photos/2024/c.jpg',
      'notes.txt',
    ])
  })

  it('overwrites nothing, and is not mixed with what is there', async () => {
    const root = new TestFolder()
    root.put('notes.txt', 'mine')
    root.put('notes (1).txt', 'mine, too')
    await (
      await root.getDirectoryHandle('photos', { create: true })
    ).getFileHandle('old.jpg', {
      create: true,
    })
    await tree(root, ['photos/a.jpg', 'notes.txt', 'photos/2024/b.jpg']).all()
    expect(root.files()).toEqual({
      'notes.txt': 'mine',
      'notes (1).txt': 'mine, too',
      'notes (2).txt': '',
      'photos/old.jpg': '',
      'photos (1)/a.jpg': '',
      'photos (1)/2024/b.jpg': '',
    })
  })

  it('has a file for each, though several are called the same', async () => {
    const root = new TestFolder()
    await tree(root, ['a.txt', 'a.txt', 'a:txt', 'a?txt']).all()
    expect(root.names()).toEqual(['a.txt', 'a (1).txt', 'a_txt', 'a_txt (1)'])
  })

  it('leaves it to the disk what is the same name', async () => {
    const root = new TestFolder('', { ignoresCase: true })
    root.put('readme', 'mine')
    await tree(root, ['README', 'x/A', 'x/a']).all()
    expect(root.files()).toEqual({ readme: 'mine', 'README (1)': '', 'x/A': '', 'x/a (1)': '' })
  })

  it('has a file and a folder of one name', async () => {
    const root = new TestFolder()
    await tree(root, ['a', 'a/b', 'x/y', 'x/y/z']).all()
    expect(Object.keys(root.files())).toEqual(['a', 'a (1)/b', 'x/y', 'x/y (1)/z'])
  })

  it('calls otherwise what the browser will not have', async () => {
    const root = new TestFolder('', { refuses: /\.lnk$|^~/ })
    await tree(root, ['go.lnk', '~x/go.lnk']).all()
    expect(Object.keys(root.files())).toEqual(['go.lnk_', 'x_/go.lnk_'])
  })

  it('is found again by a later page', async () => {
    const root = new TestFolder()
    root.put('a.txt', 'mine')
    const files = ['a.txt', 'photos/1.jpg', 'photos/2.jpg']
    const earlier = tree(root, files)
    await earlier.tree.file(0)
    await earlier.tree.file(1)
    const later = tree(root, files, earlier.claims)
    await later.all()
    expect(Object.keys(root.files())).toEqual([
      'a.txt',
      'a (1).txt',
      'photos/1.jpg',
      'photos/2.jpg',
    ])
    expect(later.claims).toEqual([{ file: 2, path: ['photos', '2.jpg'] }])
  })

  it('takes back what came to nothing, and nothing else', async () => {
    const root = new TestFolder()
    const { tree: made, all } = tree(root, ['photos/2024/a.jpg', 'docs/b.txt', 'docs/c.txt'])
    await all()
    await made.remove(0)
    await made.remove(2)
    await made.removeEmptyFolders()
    expect(Object.keys(root.files())).toEqual(['docs/b.txt'])
    expect(root.names()).toEqual(['docs'])
  })
})
