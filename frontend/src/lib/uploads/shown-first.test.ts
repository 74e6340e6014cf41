import { expect, it } from 'vitest'
import { shownFirst } from './shown-first'
import type { Upload } from './upload-queue'

const upload = (key: number, is: 'waiting' | 'sending' | 'done') =>
  ({ key, state: { is } }) as Upload

it('shows what moves before what waits, where not all have room', () => {
  const list = Array.from({ length: 300 }, (_, n) => upload(n, n === 250 ? 'sending' : 'waiting'))
  const shown = shownFirst(list)
  expect(shown).toHaveLength(100)
  expect(shown[0]?.key).toBe(250)
  expect(shownFirst(list.slice(0, 50))).toHaveLength(50)
})
