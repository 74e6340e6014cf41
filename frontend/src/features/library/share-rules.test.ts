import { expect, it } from 'vitest'
import type { OwnedShare } from '@/api/types'
import { shareRules } from './share-rules'

const share = { password_required: false, notify: false } as OwnedShare

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
