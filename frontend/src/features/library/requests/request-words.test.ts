import { describe, expect, it } from 'vitest'
import type { OwnedFileRequest } from '@/api/types'
import { receivedBy, receivedWords, requestRules, requestStop } from './request-words'

const NOW = 1_700_000_000_000

const request = {
  folder_in_trash: false,
  password_required: false,
  types: [] as string[],
  notify: false,
  received: 0,
} as OwnedFileRequest

/** With ordinary spaces. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('a request that takes nothing now', () => {
  it('says why', () => {
    expect(requestStop(request, NOW)).toBeUndefined()
    expect(requestStop({ ...request, expires_at: NOW + 1, max_files: 1 }, NOW)).toBeUndefined()
    expect(requestStop({ ...request, expires_at: NOW }, NOW)).toBe('Expired')
    expect(requestStop({ ...request, max_files: 2, received: 2 }, NOW)).toBe('Full')
    const inTrash = { ...request, folder_in_trash: true, expires_at: NOW }
    expect(requestStop(inTrash, NOW)).toBe('Folder in the trash')
  })
})

describe('what has come', () => {
  it('is counted, of so many where that is limited, and dated', () => {
    expect(receivedWords(request, NOW)).toBe('No files yet')
    expect(receivedWords({ ...request, received: 1 }, NOW)).toBe('1 file')
    expect(receivedWords({ ...request, max_files: 2 }, NOW)).toBe('0 of 2 files')
    const last = { ...request, received: 3, max_files: 10, last_received_at: NOW - 300_000 }
    expect(receivedWords(last, NOW)).toBe('3 of 10 files · last 5 minutes ago')
    // The server's clock may go before.
    expect(receivedWords({ ...last, last_received_at: NOW + 9e9 }, NOW)).toContain('just now')
  })

  it('is told by whom and how it came, as far as they said', () => {
    expect(receivedBy({ request: 'Photos', sender: 'Ann' })).toBe('Ann, through “Photos”')
    expect(receivedBy({ request: 'Photos' })).toContain(
      'did not say who they are, through “Photos”',
    )
  })
})

describe('the rules', () => {
  it('are a sentence', () => {
    expect(requestRules(request)).toBe('Until you end it')
    const strict = {
      ...request,
      max_files: 5,
      max_file_size: 20 * 1024 ** 2,
      types: ['image/*'],
      password_required: true,
      notify: true,
    }
    expect(plain(requestRules(strict))).toBe(
      'Until you end it · up to 5 files · up to 20 MB a file · only pictures · with a password · you are mailed when files have come',
    )
    expect(requestRules({ ...request, expires_at: NOW })).toMatch(/^Until Nov 14, 2023/)
  })
})
