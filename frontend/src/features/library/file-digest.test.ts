import { expect, it } from 'vitest'
import type { UploadedFile } from '@/api/types'
import { fileDigest } from './file-digest'

const file = {
  id: 'f1',
  name: 'film.mp4',
  size: 17_000_000,
  content_type: 'video/mp4',
  created_at: 0,
  scan: 'clean',
} as const

it('is that of the whole file', () => {
  const whole: UploadedFile = { ...file, sha256: 'ab' }
  expect(fileDigest(whole)).toEqual({ term: 'SHA-256', sha256: 'ab' })
})

it('is said to be that of parts where it is', () => {
  const inParts: UploadedFile = {
    ...file,
    parts_sha256: { sha256: 'cd', part_size: 8 * 1024 ** 2 },
  }
  const { term, sha256 } = fileDigest(inParts)
  expect(term.replaceAll('\u00a0', ' ')).toBe('SHA-256 of its parts (8 MB each)')
  expect(sha256).toBe('cd')
})
