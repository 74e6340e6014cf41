// @vitest-environment node
import { expect, it } from 'vitest'
import { parseControl } from './control-messages'
import { offerPages } from './offer-pages'

it('splits ten thousand long names into messages that fit, and keeps their order', () => {
  const files = Array.from({ length: 10_000 }, (_, number) => ({
    name: `${number} ${'é'.repeat(100)}`,
    size: number,
    media_type: 'text/plain',
    modified_at: 0,
  }))
  const pages = offerPages(files)
  for (const page of pages) parseControl(JSON.stringify({ type: 'offer', files: page }))
  expect(pages.flat()).toEqual(files)
})

it('keeps a short offer whole', () => {
  const file = { name: 'a', size: 1, media_type: '', modified_at: 0 }
  expect(offerPages([file, file])).toEqual([[file, file]])
  expect(offerPages([])).toEqual([])
})
