import { beforeEach, expect, it, vi } from 'vitest'
import { PendingDeletions, type RemoveFile } from './pending-deletions'

const remove = vi.fn<RemoveFile>()
let deletions: PendingDeletions

beforeEach(() => {
  remove.mockReset().mockResolvedValue()
  deletions = new PendingDeletions(remove)
})

it('hides at once and removes later', async () => {
  deletions.add(['a', 'b'])
  expect([...deletions.hidden]).toEqual(['a', 'b'])
  expect(remove).not.toHaveBeenCalled()
  await deletions.commit(['a', 'b'])
  expect(remove.mock.calls).toEqual([
    ['a', false],
    ['b', false],
  ])
  expect([...deletions.hidden]).toEqual(['a', 'b'])
})

it('brings back what was undone, and never removes it', async () => {
  deletions.add(['a', 'b'])
  deletions.undo(['a', 'b'])
  await deletions.commit(['a', 'b'])
  expect(deletions.hidden.size).toBe(0)
  expect(remove).not.toHaveBeenCalled()
})

it('cannot undo what is decided', async () => {
  deletions.add(['a'])
  const committed = deletions.commit(['a'])
  deletions.undo(['a'])
  await committed
  expect([...deletions.hidden]).toEqual(['a'])
})

it('removes a file once, however often it is committed', async () => {
  deletions.add(['a'])
  await Promise.all([deletions.commit(['a']), deletions.commitAll()])
  expect(remove).toHaveBeenCalledOnce()
})

it('shows again what could not be removed, and says so', async () => {
  const failure = new Error('no')
  remove.mockImplementation((id) => (id === 'b' ? Promise.reject(failure) : Promise.resolve()))
  deletions.add(['a', 'b'])
  await expect(deletions.commit(['a', 'b'])).rejects.toBe(failure)
  expect([...deletions.hidden]).toEqual(['a'])
})

it('removes everything undecided when the page goes away', async () => {
  deletions.add(['a', 'b'])
  deletions.undo(['a'])
  await deletions.commitAll()
  expect(remove.mock.calls).toEqual([['b', true]])
})
