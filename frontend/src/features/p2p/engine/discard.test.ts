/** Memory that is given back at once. */
import { expect, it } from 'vitest'
import { discard } from './discard'

it('leaves buffers empty, each of which may be named twice', () => {
  const [first, second] = [new ArrayBuffer(8), new ArrayBuffer(4)]
  discard([first, second, first])
  expect([first.byteLength, second.byteLength]).toEqual([0, 0])
})
