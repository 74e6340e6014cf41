import { expect, it } from 'vitest'
import { namedTypes } from './named-types'

it('reads types with commas or spaces between them, each once', () => {
  const text = ' application/zip,model/*; image/svg+xml\nAPPLICATION/ZIP '
  expect(namedTypes(text)).toEqual({
    types: ['application/zip', 'model/*', 'image/svg+xml'],
    wrong: undefined,
  })
  expect(namedTypes('')).toEqual({ types: [], wrong: undefined })
})

it('finds what is none', () => {
  for (const wrong of ['zip', '.zip', '*/*', 'image/', 'a/b/c', 'text/html;q=1'])
    expect(namedTypes(`image/*, ${wrong}`).wrong).toBe(wrong.split(';')[1] ?? wrong)
})
