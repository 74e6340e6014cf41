import { expect, it } from 'vitest'
import { besidePresets, hasPreset, TYPE_PRESETS, typeList } from './type-words'

const documents = TYPE_PRESETS.find(({ name }) => name === 'documents')

it('calls what belongs together by one name, and the rest by theirs', () => {
  const types = [...(documents?.types ?? []), 'image/*', 'model/gltf', 'application/zip']
  expect(typeList(types)).toBe('pictures, documents, model/gltf, and ZIPs')
  expect(besidePresets(types)).toEqual(['model/gltf', 'application/zip'])
})

it('takes a preset for chosen only where all of it is', () => {
  if (!documents) throw new Error('there are documents')
  const some = documents.types.slice(1)
  expect(hasPreset(some, documents)).toBe(false)
  expect(besidePresets(some)).toEqual(some)
  expect(typeList(['application/pdf', 'text/*'])).toBe('PDFs and text')
})
