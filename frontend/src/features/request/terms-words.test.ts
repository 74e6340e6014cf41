import { describe, expect, it } from 'vitest'
import type { FileRequestTerms } from '@/api/types'
import { filesLeft, requestLimits, takenSize, takenTypes } from './terms-words'

const terms: FileRequestTerms = {
  title: 'Photos',
  max_file_size: 20 * 1024 ** 2,
  types: [],
  allowed_extensions: [],
  refused_extensions: [],
}

describe('the terms in words', () => {
  it('name the types that are taken', () => {
    expect(takenTypes({ ...terms, types: ['image/*', 'application/pdf'] })).toBe(
      'Pictures and PDFs',
    )
  })

  it('name what is not where all else is, as long as that is little', () => {
    expect(takenTypes(terms)).toBe('All')
    expect(takenTypes({ ...terms, refused_extensions: ['exe', 'html'] })).toBe(
      'All but .exe and .html',
    )
    const many = ['exe', 'dll', 'msi', 'com', 'scr', 'bat', 'cmd']
    expect(takenTypes({ ...terms, refused_extensions: many })).toContain('Nearly all')
  })

  it('say how large files may be', () => {
    expect(takenSize(terms)).toBe('Up to 20\u00a0MB each')
  })
})

describe('the limits', () => {
  it('count what has gone since the terms were told', () => {
    expect(filesLeft(terms, 3)).toBeUndefined()
    expect(filesLeft({ ...terms, files_left: 5 }, 3)).toBe(2)
    expect(filesLeft({ ...terms, files_left: 1 }, 3)).toBe(0)
    expect(requestLimits({ ...terms, files_left: 5 }, 1)).toMatchObject({ filesLeft: 4 })
    expect(requestLimits(terms, 1)).toEqual({
      maxSize: terms.max_file_size,
      allowedExtensions: [],
      refusedExtensions: [],
    })
  })
})
