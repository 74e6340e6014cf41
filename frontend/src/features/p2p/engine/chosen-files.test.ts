// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { ChosenFiles } from './chosen-files'
import { claimEntry, readClaims } from './folder-claims'
import { type Claim } from './folder-tree'
import { TestFile, TestFolder } from './test-folder'

const bytes = (text: string) => new TextEncoder().encode(text)
const paths = ['a.txt', 'b.txt'].map((name) => ({ folders: ['new'], name }))

/** Files of that destination, by a page that comes after one that made these claims. */
function files(root: TestFolder, before: readonly Claim[] = []) {
  const claims: Claim[] = []
  const chosen = new ChosenFiles({ place: root.handle, paths }, before, (claim) => {
    claims.push(claim)
  })
  return { chosen, claims }
}

describe('files in a chosen folder', () => {
  it('are there once they are finished, written in any order, and not before', async () => {
    const root = new TestFolder()
    const { chosen } = files(root)
    const file = await chosen.open(0)
    expect(await file.write(bytes('world'), { at: 6 })).toBe(5)
    await file.write(bytes('hello '), { at: 0 })
    expect(root.files()).toEqual({ 'new/a.txt': '' })
    expect(await (await chosen.finish(0)).text()).toBe('hello world')
    expect(root.files()).toEqual({ 'new/a.txt': 'hello world' })
  })

  it('may be empty', async () => {
    const root = new TestFolder()
    expect((await files(root).chosen.finish(1)).size).toBe(0)
    expect(root.files()).toEqual({ 'new/b.txt': '' })
  })

  it('leave nothing half done when they are given up', async () => {
    const root = new TestFolder()
    const { chosen } = files(root)
    await (await chosen.open(0)).write(bytes('half'), { at: 0 })
    await (await chosen.open(1)).write(bytes('whole'), { at: 0 })
    await chosen.finish(1)
    await chosen.close(false)
    expect(root.files()).toEqual({ 'new/b.txt': 'whole' })
  })

  it('are written where they were begun by a page that is gone', async () => {
    const root = new TestFolder()
    const earlier = files(root)
    await earlier.chosen.open(0)
    await earlier.chosen.close(true)
    const later = files(root, readClaims(claimEntry(earlier.claims[0] ?? { file: 9, path: [] })))
    await (await later.chosen.open(0)).write(bytes('again'), { at: 0 })
    await later.chosen.finish(0)
    expect(root.files()).toEqual({ 'new/a.txt': 'again' })
  })
})

describe('a single file under a name that was chosen', () => {
  const one = (handle: TestFile) => {
    const place = handle as unknown as FileSystemFileHandle
    return new ChosenFiles({ place, paths: [{ folders: [], name: 'other' }] }, [], () => undefined)
  }

  it('replaces what was there only when it is whole', async () => {
    const handle = new TestFile('mine.txt', 'old')
    const chosen = one(handle)
    await (await chosen.open(0)).write(bytes('new'), { at: 0 })
    expect(await (await handle.getFile()).text()).toBe('old')
    await chosen.finish(0)
    expect(await (await handle.getFile()).text()).toBe('new')
  })

  it('stays as it was when it is given up', async () => {
    const handle = new TestFile('mine.txt', 'old')
    const chosen = one(handle)
    await (await chosen.open(0)).write(bytes('new'), { at: 0 })
    await chosen.close(false)
    expect(await (await handle.getFile()).text()).toBe('old')
    expect(handle.writing).toBe(0)
  })
})

it('a note of claims that was cut short is read as far as it goes', () => {
  const note = [
    { file: 0, path: ['a'] },
    { file: 7, path: ['é', '"b"\n'] },
  ].map(claimEntry)
  const all = new Uint8Array([...(note[0] ?? []), ...(note[1] ?? [])])
  expect(readClaims(all)).toEqual([
    { file: 0, path: ['a'] },
    { file: 7, path: ['é', '"b"\n'] },
  ])
  expect(readClaims(all.subarray(0, all.length - 3))).toEqual([{ file: 0, path: ['a'] }])
})
