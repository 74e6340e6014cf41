import { describe, expect, it } from 'vitest'
import { paths, safeNext, signInPath } from './paths'

describe('safeNext', () => {
  it('comes back to a page of this site', () => {
    expect(safeNext('/files?file=1')).toBe('/files?file=1')
  })

  it.each([
    null,
    '',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    'javascript:alert(1)',
    'upload',
  ])('never leaves the site for %j', (next) => {
    expect(safeNext(next)).toBe(paths.files)
  })

  it('takes back what signInPath was given', () => {
    const address = new URL(signInPath('/upload?a=b&c=d'), 'http://localhost')
    expect(safeNext(address.searchParams.get('next'))).toBe('/upload?a=b&c=d')
  })
})
