import { expect, it } from 'vitest'
import { offerFiles, takeFiles } from './handoff'

it('hands files over once', () => {
  const file = { file: new File(['a'], 'a.txt'), path: 'photos' }
  offerFiles([file])
  expect(takeFiles()).toEqual([file])
  expect(takeFiles()).toEqual([])
})

it('forgets files that nobody took when others are offered', () => {
  offerFiles([{ file: new File(['a'], 'a.txt'), path: '' }])
  offerFiles([])
  expect(takeFiles()).toEqual([])
})
