import { expect, it } from 'vitest'
import type { OwnedShare, ShareAddress } from '@/api/types'
import { addressUse, recipientWords, shareRules } from './share-rules'

const share = {
  url: 'https://share.example/s/a',
  password_required: false,
  one_time: false,
  names_shown: false,
  notify: false,
} as OwnedShare

it('says who can use a link without rules', () => {
  expect(shareRules(share)).toBe('Anyone who has it can use it')
})

it('says when its owner hears of it, which keeps nobody from using it', () => {
  const words = 'Anyone who has it can use it · you are mailed when a file was fetched'
  expect(shareRules({ ...share, notify: true })).toBe(words)
})

it('says each rule', () => {
  const rules = { ...share, max_downloads: 3, password_required: true, notify: true }
  expect(shareRules(rules)).toBe(
    'Up to 3 downloads a file · with a password · you are mailed when a file was fetched',
  )
})

it('says that a link works once instead of its limit', () => {
  const once = { ...share, one_time: true, max_downloads: 1 }
  expect(shareRules(once)).toBe('For one person, each file once')
  expect(shareRules({ ...once, url: null })).toBe('For each of them once')
})

it('says that only those it names can use a link', () => {
  expect(shareRules({ ...share, url: null })).toBe('Only those it names can use it')
})

it('says whether names are seen before the password', () => {
  const locked = { ...share, password_required: true, names_shown: true }
  expect(shareRules(locked)).toBe('With a password, names shown before it')
})

function address(recipient: string, rest: Partial<ShareAddress> = {}): ShareAddress {
  return { id: recipient, url: '', recipient, opens: 0, downloads: 0, ...rest }
}

it('names a single recipient, counts several, and leaves out whose address is revoked', () => {
  const ann = address('ann@example.com')
  const bob = address('bob@example.com')
  const words = (addresses: ShareAddress[]) => recipientWords({ ...share, addresses })
  expect(words([ann])).toBe('ann@example.com')
  expect(words([ann, bob])).toBe('2 recipients')
  expect(words([ann, { ...bob, revoked_at: 1 }])).toBe('ann@example.com')
})

it('says what became of an address', () => {
  expect(addressUse(address('a'))).toBe('Not opened yet')
  const used = address('a', { opened_at: 0, opens: 3, downloads: 1 })
  expect(addressUse(used)).toMatch(/^Opened 3 times, first .+ · 1 download$/)
  expect(addressUse({ ...used, revoked_at: 1 })).toMatch(/^Revoked .+ · opened 3 times/)
})
