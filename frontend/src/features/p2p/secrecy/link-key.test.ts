// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { LinkKey } from './link-key'
import { browserRandom } from './randomness'
import { countingRandom } from './test-random'

describe('a link key', () => {
  it('is 22 characters that read back as the same bytes', () => {
    const key = LinkKey.make(countingRandom(0xf0))
    expect(key.text()).toBe('8PHy8_T19vf4-fr7_P3-_w')
    expect(LinkKey.parse(key.text())?.bytes()).toEqual(key.bytes())
    expect(key.bytes()).toEqual(Uint8Array.from({ length: 16 }, (_, at) => 0xf0 + at))
  })

  it('is another one each time', () => {
    expect(LinkKey.make(browserRandom).text()).not.toBe(LinkKey.make(browserRandom).text())
  })

  it.each([
    ['nothing', ''],
    ['one character less', '8PHy8_T19vf4-fr7_P3-_'],
    ['one character more', '8PHy8_T19vf4-fr7_P3-_wA'],
    ['padding', '8PHy8_T19vf4-fr7_P3-_w=='],
    ['bits behind the last byte', '8PHy8_T19vf4-fr7_P3-_x'],
    ['the other base64', '8PHy8/T19vf4+fr7/P3+/w'],
    ['a blank', ' PHy8_T19vf4-fr7_P3-_w'],
    ['letters that are none of ASCII', 'ÄPHy8_T19vf4-fr7_P3-_w'],
  ])('is refused with %s', (_, text) => {
    expect(LinkKey.parse(text)).toBeUndefined()
  })

  it('shows its bytes in no log', () => {
    const key = LinkKey.make(countingRandom())
    expect(JSON.stringify(key)).toBe('{}')
    expect(Object.values(key)).toEqual([])
  })

  it('keeps its bytes when those it gave are overwritten', () => {
    const key = LinkKey.make(countingRandom(1))
    key.bytes().fill(0)
    expect(key.bytes()[0]).toBe(1)
  })
})
