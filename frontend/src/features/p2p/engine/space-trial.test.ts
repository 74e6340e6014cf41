// @vitest-environment node
import { expect, it } from 'vitest'
import { longest } from './space-trial'

/** A file on a disk of limited space. */
class Trial {
  length = 0
  readonly #space: number
  readonly #error: Error

  constructor(space: number, error: Error = new DOMException('full', 'QuotaExceededError')) {
    this.#space = space
    this.#error = error
  }

  truncate(bytes: number): void {
    if (bytes > this.#space) throw this.#error
    this.length = bytes
  }
}

it('grants all that is needed where there is space, to the last byte', () => {
  const file = new Trial(1_000_000)
  expect(longest(file, 1_000_000)).toBe(1_000_000)
  expect(file.length).toBe(0)
})

it.each([0, 1, 999, 123_456, 999_999])('finds %i of a million, from below', (space) => {
  const file = new Trial(space)
  const granted = longest(file, 1_000_000)
  expect(granted).toBeLessThanOrEqual(space)
  expect(space - granted).toBeLessThan(1000)
  expect(file.length).toBe(0)
})

it('takes no other failure for too little space', () => {
  expect(() => longest(new Trial(1, new DOMException('gone', 'NotFoundError')), 10)).toThrow('gone')
})
