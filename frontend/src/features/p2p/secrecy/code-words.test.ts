// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { CODE_WORDS } from './code-word-list'
import { codeText, makeCode, parseCode } from './code-words'
import { browserRandom } from './randomness'

/** How many letters must be changed, added or left out to make one word the other. */
function mistakesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const [above = 0, before = 0, corner = 0] = [row[j], next[j - 1], row[j - 1]]
      next.push(Math.min(above + 1, before + 1, corner + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}

describe('the list of words', () => {
  it('has a word for every byte, in order', () => {
    expect(CODE_WORDS).toHaveLength(256)
    expect([...new Set(CODE_WORDS)].sort()).toEqual(CODE_WORDS)
  })

  it('has short words of plain letters', () => {
    expect(CODE_WORDS.filter((word) => !/^[a-z]{3,7}$/.test(word))).toEqual([])
  })

  it('has no two words that a slip or two of the fingers would confuse', () => {
    const pairs = CODE_WORDS.flatMap((a, at) =>
      CODE_WORDS.slice(at + 1).map((b) => [a, b] as const),
    )
    expect(pairs.filter(([a, b]) => mistakesBetween(a, b) < 3)).toEqual([])
  })
})

describe('a code', () => {
  it('has a word for each of two random bytes', () => {
    const code = makeCode('4821', (length) => new Uint8Array([0, 255]).slice(0, length))
    expect(codeText(code)).toBe(`4821-${CODE_WORDS[0] ?? ''}-${CODE_WORDS[255] ?? ''}`)
  })

  it('reads back as it was shown', () => {
    const code = makeCode('0042', browserRandom)
    expect(parseCode(codeText(code))).toEqual(code)
  })

  it.each([
    '4821-orbit-canyon',
    '4821 orbit canyon',
    '  4821-Orbit-CANYON\n',
    '4821 - orbit - canyon',
    '4821–orbit‑canyon',
    '4821\u00a0orbit\tcanyon',
    '-4821-orbit-canyon-',
  ])('is read from %j', (text) => {
    expect(parseCode(text)).toEqual({ nameplate: '4821', words: 'orbit-canyon' })
  })

  it.each([
    ['', 'nameplate'],
    ['orbit-canyon', 'nameplate'],
    ['482-orbit-canyon', 'nameplate'],
    ['48215 orbit canyon 1234567890', 'form'],
    ['1234567890-orbit-canyon', 'nameplate'],
    ['48x1-orbit-canyon', 'nameplate'],
    ['٤٨٢١-orbit-canyon', 'nameplate'],
    ['4821', 'form'],
    ['4821-orbit', 'form'],
    ['4821-orbit-canyon-canyon', 'form'],
    ['4821-orbitt-canyon', 'first word'],
    ['4821-orbit-cannyon', 'second word'],
    ['4821-toString-canyon', 'first word'],
    [`4821-orbit-canyon${' '.repeat(100)}`, 'form'],
  ])('is not read from %j: its %s is wrong', (text, mistake) => {
    expect(parseCode(text)).toBe(mistake)
  })

  it('keeps its words in order', () => {
    expect(parseCode('4821-canyon-orbit')).toEqual({ nameplate: '4821', words: 'canyon-orbit' })
  })

  it('may have a longer number', () => {
    expect(parseCode('482199-orbit-canyon')).toEqual({ nameplate: '482199', words: 'orbit-canyon' })
  })
})
