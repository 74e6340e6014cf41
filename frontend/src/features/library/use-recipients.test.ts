import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useRecipients } from './use-recipients'

it('takes what ends with a comma, and leaves the rest in the field', () => {
  const { result } = renderHook(() => useRecipients())
  act(() => result.current.type('ann@x.org'))
  expect(result.current).toMatchObject({ list: [], draft: 'ann@x.org' })
  act(() => result.current.type('ann@x.org, bob,'))
  expect(result.current).toMatchObject({ list: ['ann@x.org'], draft: 'bob' })
  expect(result.current.fault).toBe('bob is no e-mail address.')
})

it('takes nobody where that were more than there may be', () => {
  const { result } = renderHook(() => useRecipients(1))
  act(() => {
    expect(result.current.take('ann@x.org, bob@x.org')).toBeUndefined()
  })
  expect(result.current).toMatchObject({ list: [], draft: 'ann@x.org, bob@x.org' })
  expect(result.current.fault).toBe('There can be 1 recipient here at most.')
})

it('lets somebody be taken out again', () => {
  const { result } = renderHook(() => useRecipients())
  act(() => void result.current.take('ann@x.org bob@x.org'))
  act(() => result.current.remove('ann@x.org'))
  expect(result.current.list).toEqual(['bob@x.org'])
})
