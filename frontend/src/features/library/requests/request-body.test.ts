import { describe, expect, it } from 'vitest'
import type { OwnedFileRequest } from '@/api/types'
import { KEEP } from '../link-changes'
import { requestBody, requestChanges } from './request-body'

const MIB = 1024 ** 2

function form(fields: Record<string, string | readonly string[]>): FormData {
  const data = new FormData()
  for (const [name, values] of Object.entries(fields))
    for (const value of [values].flat()) data.append(name, value)
  return data
}

describe('a new request', () => {
  it('leaves out the rules whose fields are empty', () => {
    const empty = { message: ' ', password: '', expires_in: '', max_files: '', max_file_size: '' }
    expect(requestBody(form({ title: ' Photos ', ...empty, other_types: '' }), null)).toEqual({
      title: 'Photos',
      notify: false,
    })
  })

  it('sends numbers as numbers, sizes as bytes, and a password as it was typed', () => {
    const fields = form({
      title: 'Photos',
      message: 'Please.\nThanks.',
      password: ' 12 ',
      expires_in: '86400',
      max_files: '5',
      max_file_size: '1.5',
      notify: 'on',
    })
    expect(requestBody(fields, 'f1')).toEqual({
      title: 'Photos',
      message: 'Please.\nThanks.',
      folder_id: 'f1',
      password: ' 12 ',
      expires_in: 86_400,
      max_files: 5,
      max_file_size: 1.5 * MIB,
      notify: true,
    })
  })

  it('never asks for files of no bytes', () => {
    const tiny = form({ title: 'a', max_file_size: '0.0000001' })
    expect(requestBody(tiny, null).max_file_size).toBe(1)
  })

  it('takes what is ticked and what is named besides, each once', () => {
    const fields = form({
      title: 'a',
      types: ['pictures', 'films'],
      other_types: 'application/zip, IMAGE/*',
    })
    expect(requestBody(fields, null).types).toEqual(['image/*', 'video/*', 'application/zip'])
  })
})

describe('a request that is changed', () => {
  const request = {
    slug: 's',
    title: 'Photos',
    message: 'Please.',
    password_required: true,
    max_files: 5,
    max_file_size: 3 * MIB,
    types: ['image/*'],
    notify: true,
  } as OwnedFileRequest
  const AS_IT_IS = {
    title: 'Photos',
    message: 'Please.',
    password: '',
    expires_in: KEEP,
    max_files: '5',
    max_file_size: '3',
    types: 'pictures',
    other_types: '',
    notify: 'on',
  }

  it('leaves out what stays as it is', () => {
    expect(requestChanges(request, form(AS_IT_IS))).toEqual({})
    expect(requestChanges({ ...request, types: [] }, form({ ...AS_IT_IS, types: [] }))).toEqual({})
  })

  it('takes away what was emptied', () => {
    const emptied = {
      title: 'Photos',
      message: '',
      expires_in: '',
      max_files: '',
      max_file_size: '',
      no_password: 'on',
    }
    expect(requestChanges(request, form(emptied))).toEqual({
      message: null,
      password: null,
      expires_in: null,
      max_files: null,
      max_file_size: null,
      types: [],
      notify: false,
    })
  })

  it('says what is new', () => {
    const fields = { ...AS_IT_IS, title: 'Films', password: 'x', types: 'films', max_files: '6' }
    expect(requestChanges(request, form(fields))).toEqual({
      title: 'Films',
      password: 'x',
      max_files: 6,
      types: ['video/*'],
    })
  })
})
