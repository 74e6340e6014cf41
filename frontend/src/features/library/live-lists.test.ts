import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { UploadNews } from '@/api/event-messages'
import type { LiveListener } from '@/api/live-events'
import type { UploadPage, UploadSession } from '@/api/types'
import { liveLists } from './live-lists'

const news: UploadNews = { id: 'a', name: 'a.bin', size: 9, received: 5, state: 'under_way' }

const upload = (id: string) => ({ id, name: `${id}.bin`, size: 9, received: 0 }) as UploadSession

let queries: QueryClient
let lists: LiveListener
const asked = vi.fn<() => Promise<UploadPage>>()
const askedForFiles = vi.fn<() => Promise<object>>()
const stops: (() => void)[] = []

/** Looks at a list from now on. */
function look(queryKey: readonly unknown[], queryFn: () => Promise<unknown>) {
  const observer = new QueryObserver(queries, { queryKey, queryFn, staleTime: Infinity })
  stops.push(observer.subscribe(() => undefined))
}

const shown = (key = 0) =>
  queries
    .getQueryData<UploadPage>(['uploads', key])
    ?.items.map(({ id, received }) => [id, received])

beforeEach(async () => {
  queries = new QueryClient()
  lists = liveLists(queries)
  asked.mockReset().mockResolvedValue({ items: [upload('a'), upload('b')] })
  askedForFiles.mockReset().mockResolvedValue({})
  look(['uploads', 0], asked)
  look(['library', 'files'], askedForFiles)
  await vi.waitFor(() => expect(shown()).toHaveLength(2))
  await vi.waitFor(() => expect(queries.isFetching()).toBe(0))
})

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

it('shows how far an upload is without asking', () => {
  lists.upload(news)
  expect(shown()).toEqual([
    ['a', 5],
    ['b', 0],
  ])
  expect(asked).toHaveBeenCalledOnce()
  expect(askedForFiles).toHaveBeenCalledOnce()
})

it('asks for the list when an upload is not in it', async () => {
  asked.mockResolvedValue({ items: [upload('c'), upload('a'), upload('b')] })
  lists.upload({ ...news, id: 'c' })
  lists.upload({ ...news, id: 'c' })
  await vi.waitFor(() => expect(shown()).toHaveLength(3))
  expect(asked).toHaveBeenCalledTimes(2)
})

it('does not ask for a list that has no room for all, each time another moves', () => {
  queries.setQueryData(['uploads', 0], { items: [upload('a')], next_cursor: 'a' })
  lists.upload({ ...news, id: 'c' })
  expect(asked).toHaveBeenCalledOnce()
})

it.each(['complete', 'given_up'] as const)('takes off the list what is %s', async (state) => {
  asked.mockResolvedValue({ items: [upload('b')] })
  lists.upload({ ...news, state })
  expect(shown()).toEqual([['b', 0]])
  // An answer that was on its way before may have it still.
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2))
})

it('keeps no list that nobody sees, which would be taken for new', () => {
  queries.setQueryData(['uploads', 7], { items: [upload('a')] })
  lists.upload(news)
  expect(shown(7)).toBeUndefined()
})

it('asks for the files when something in the library has changed', async () => {
  lists.libraryChanged()
  await vi.waitFor(() => expect(askedForFiles).toHaveBeenCalledTimes(2))
  expect(asked).toHaveBeenCalledOnce()
})

it('asks for both when it listens again', async () => {
  lists.connected()
  await vi.waitFor(() => expect(askedForFiles).toHaveBeenCalledTimes(2))
  expect(asked).toHaveBeenCalledTimes(2)
})
