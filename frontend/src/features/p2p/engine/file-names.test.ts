// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { nameToOffer, nameToSave, pathToOffer } from './file-names'

it.each([
  ['report.pdf', 'report.pdf'],
  ['naïve “quote” 😀.txt', 'naïve “quote” 😀.txt'],
  ['../../etc/passwd', '__.._etc_passwd'],
  ['..\\x', '__x'],
  ['..', '_'],
  ['.bashrc', '_bashrc'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['a:b?.txt', 'a_b_.txt'],
  ['photo\u202egpj.exe', 'photo_gpj.exe'],
  ['line\nbreak\0', 'line_break_'],
  ['trailing. ', 'trailing'],
])('saves %j as %j', (name, saved) => {
  expect(nameToSave(name)).toBe(saved)
})

it('shortens a long name and keeps its ending', () => {
  const saved = nameToSave(`${'é'.repeat(200)}.tar.gz`)
  expect(new TextEncoder().encode(saved).length).toBeLessThanOrEqual(255)
  expect(saved).toMatch(/^é+\.tar\.gz$|^é+\.gz$/)
})

it('offers names that are well-formed and have no folder', () => {
  expect(nameToOffer('a\\b/c')).toBe('a_b_c')
  expect(nameToOffer('\ud800x')).toBe('\ufffdx')
})

describe('a path to offer', () => {
  it.each([
    ['photos/2024', 'photos/2024'],
    ['', ''],
    ['/photos//2024/', 'photos/2024'],
    ['../../etc/./x', 'etc/x'],
    ['a\\b/c\0d', 'a_b/c_d'],
  ])('of %j is %j', (path, offered) => {
    expect(pathToOffer(path)).toBe(offered)
  })

  it('keeps the innermost of too many folders', () => {
    const path = pathToOffer(Array.from({ length: 300 }, (_, at) => `folder ${at}`).join('/'))
    expect(path.length).toBeLessThanOrEqual(1024)
    expect(path).toMatch(/\/folder 299$/)
  })
})
