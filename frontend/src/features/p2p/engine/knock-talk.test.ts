// @vitest-environment node
import * as v from 'valibot'
import { afterEach, expect, it, vi } from 'vitest'
import { KnockTalk, type TalkEnd } from './knock-talk'

const word = v.object({ word: v.string() })
const because = (why: TalkEnd) => expect.objectContaining({ name: 'TalkError', why }) as Error

afterEach(() => {
  vi.useRealTimers()
})

it('keeps what was said before it is asked for, in order and by knock', async () => {
  const talk = new KnockTalk()
  talk.said('other', { word: 'elsewhere' })
  talk.said('ours', { word: 'first' })
  talk.said('ours', { word: 'second' })
  expect(await talk.hear('ours', word, 1000)).toEqual({ word: 'first' })
  expect(await talk.hear('ours', word, 1000)).toEqual({ word: 'second' })
  const third = talk.hear('ours', word, 1000)
  talk.said('ours', { word: 'third' })
  expect(await third).toEqual({ word: 'third' })
})

it('hears what was said before the knock ended, and then that it did', async () => {
  const talk = new KnockTalk()
  talk.said('ours', { word: 'last' })
  talk.ended('ours')
  talk.ended('other')
  expect(await talk.hear('ours', word, 1000)).toEqual({ word: 'last' })
  await expect(talk.hear('ours', word, 1000)).rejects.toEqual(because('ended'))
})

it('hears nothing any more once its own line is of no use', async () => {
  const talk = new KnockTalk()
  const hearing = talk.hear('ours', word, 1000)
  talk.said('ours', { word: 'too late' })
  talk.lost()
  await expect(hearing).rejects.toEqual(because('lost'))
})

it('does not wait for ever', async () => {
  vi.useFakeTimers()
  const hearing = expect(new KnockTalk().hear('ours', word, 1000)).rejects.toEqual(
    because('silent'),
  )
  await vi.advanceTimersByTimeAsync(1000)
  await hearing
})

it('takes nothing of another form', async () => {
  const talk = new KnockTalk()
  talk.said('ours', { word: 7 })
  await expect(talk.hear('ours', word, 1000)).rejects.toEqual(because('garbled'))
})
