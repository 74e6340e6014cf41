import { expect, it } from 'vitest'
import { offerFiles, takeFiles } from './handoff'

it('hands files over once', () => {
  const file = new File(['a'], 'a.txt')
  offerFiles([file])
  expect(takeFiles()).toEqual([file])
  expect(takeFiles()).toEqual([])
})

it('forgets files that nobody took when others are offered', () => {
  offerFiles([new File(['a'], 'a.txt')])
  offerFiles([])
  expect(takeFiles()).toEqual([])
})
