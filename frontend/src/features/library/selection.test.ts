import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useSelection, wholeState } from './selection'

const idOf = (word: string) => word

it('is one list’s own', () => {
  const { result, rerender } = renderHook(({ list }) => useSelection(idOf, list), {
    initialProps: { list: 'one' },
  })
  act(() => result.current.set(['a', 'b']))
  act(() => result.current.toggle('a'))
  expect([...result.current.selected.keys()]).toEqual(['b'])
  rerender({ list: 'other' })
  expect(result.current.selected.size).toBe(0)
})

it('says whether all are selected, some, or none', () => {
  expect([0, 1, 2].map((selected) => wholeState(selected, 2))).toEqual([
    false,
    'indeterminate',
    true,
  ])
})
