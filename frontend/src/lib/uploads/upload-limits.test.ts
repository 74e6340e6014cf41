import { describe, expect, it } from 'vitest'
import type { Me, ServerInfo } from '@/api/types'
import { limitWords, refusal, typeWords, uploadLimits, type UploadLimits } from './upload-limits'

const MiB = 1024 ** 2

const server: ServerInfo = {
  version: '1',
  max_upload_size: 500 * MiB,
  allowed_types: [],
  refused_types: [],
  allowed_extensions: [],
  refused_extensions: [],
  max_image_pixels: 250_000_000,
  max_archive_expansion: 100 * 1024 * MiB,
  max_archive_files: 500_000,
  file_expiry_days: 7,
  expiry_warning_days: 2,
  registration_open: true,
  email_verification: false,
  sends_mail: false,
  providers: [],
}

const me: Me = {
  id: 'i',
  email: 'a@example.com',
  email_verified: true,
  username: 'a',
  has_password: true,
  second_factor: false,
  role: 'client',
  quota: 1000 * MiB,
  used: 400 * MiB,
  max_upload_size: 20 * MiB,
  may_keep: false,
  max_expires_in: 604_800,
  created_at: 0,
}

const file = (name: string, size = 1) => new File([new Uint8Array(size)], name)
const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ')
const open: UploadLimits = { maxSize: 1000, allowedExtensions: [], refusedExtensions: [] }

describe('refusal', () => {
  it('lets through what the server would take, and what it knows no limits for', () => {
    expect(refusal(file('a.exe'), undefined)).toBeUndefined()
    expect(refusal(file('a.exe', 1000), open)).toBeUndefined()
  })

  it('says of what is empty or too large that it is', () => {
    expect(refusal(file('a', 0), undefined)).toContain('empty')
    expect(plain(refusal(file('a', 1001), open))).toContain('the limit here is 1 KB')
  })

  it('goes by the endings of names, however they are written', () => {
    const limits = { ...open, refusedExtensions: ['exe', 'html'] }
    for (const name of ['a.exe', 'A.EXE', 'a.b.Html', 'a.exe. .'])
      expect(refusal(file(name), limits)).toBe('Files of this type are not taken here.')
    for (const name of ['a.txt', 'exe', '.exe', 'a.exe.txt', 'a'])
      expect(refusal(file(name), limits)).toBeUndefined()
  })

  it('takes nothing else where only some are taken', () => {
    const limits = { ...open, allowedExtensions: ['png'] }
    expect(refusal(file('a.PNG'), limits)).toBeUndefined()
    for (const name of ['a.jpg', 'a', '.png'])
      expect(refusal(file(name), limits)).toBe('Files of this type are not taken here.')
  })
})

describe('the limits', () => {
  it("are one's own where they are known", () => {
    expect(uploadLimits(undefined, me)).toBeUndefined()
    expect(uploadLimits(server, undefined)?.maxSize).toBe(500 * MiB)
    expect(uploadLimits(server, me)?.maxSize).toBe(20 * MiB)
  })

  it('are told in words', () => {
    expect(limitWords(server, me).map(plain)).toEqual([
      'Up to 20 MB a file',
      '600 MB of your storage free',
    ])
    expect(limitWords(undefined, undefined)).toEqual([])
    expect(typeWords(undefined)).toEqual([])
    expect(plain(typeWords(server).join(' '))).toBe(
      'Pictures have up to 250 million pixels; ZIPs unpack to 100 GB and 500,000 files at most.',
    )
  })

  it('name types as people do', () => {
    const allowed = { ...server, allowed_types: ['image/*', 'application/pdf', 'model/gltf'] }
    expect(typeWords(allowed)[0]).toBe('Only pictures, PDFs, and model/gltf.')
    expect(typeWords({ ...server, refused_types: ['text/html'] })[0]).toBe('No web pages.')
  })
})
