import { expect, it, vi } from 'vitest'
import { findInPages } from './find-in-pages'

const PAGES: Record<string, { items: { id: string }[]; next_cursor?: string | null }> = {
  first: { items: [{ id: 'a' }, { id: 'b' }], next_cursor: 'second' },
  second: { items: [{ id: 'c' }], next_cursor: 'third' },
  third: { items: [{ id: 'd' }], next_cursor: null },
}

const ask = () =>
  vi.fn((cursor?: string) => Promise.resolve(PAGES[cursor ?? 'first'] ?? { items: [] }))

it('finds a row on a later page, and asks for no more than it needs', async () => {
  const pageAt = ask()
  expect(await findInPages('c', pageAt)).toEqual({ id: 'c' })
  expect(pageAt.mock.calls).toEqual([[undefined], ['second']])
})

it('says when it is on none', async () => {
  const pageAt = ask()
  expect(await findInPages('e', pageAt)).toBeNull()
  expect(pageAt).toHaveBeenCalledTimes(3)
})
