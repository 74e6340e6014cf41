// @vitest-environment node
import { expect, it } from 'vitest'
import { Meter } from './meter'

it('knows nothing before there are two readings', () => {
  const meter = new Meter()
  expect(meter.rate()).toBe(0)
  meter.note(1000, 0)
  expect(meter.rate()).toBe(0)
  expect(meter.remaining(5000)).toBeUndefined()
})

it('measures bytes a second and the time left', () => {
  const meter = new Meter()
  meter.note(0, 0)
  meter.note(500, 500)
  expect(meter.rate()).toBe(1000)
  expect(meter.remaining(2500)).toBe(2)
})

it('forgets what was more than three seconds ago', () => {
  const meter = new Meter()
  for (let second = 0; second <= 10; second += 1) meter.note(second * 100, second * 1000)
  for (let second = 11; second <= 14; second += 1)
    meter.note(1000 + (second - 10) * 1000, second * 1000)
  expect(meter.rate()).toBe(1000)
})

it('slows down to nothing when nothing comes', () => {
  const meter = new Meter()
  meter.note(0, 0)
  for (let at = 1000; at <= 8000; at += 250) meter.note(4000, at)
  expect(meter.rate()).toBe(0)
  expect(meter.remaining(9000)).toBeUndefined()
})
