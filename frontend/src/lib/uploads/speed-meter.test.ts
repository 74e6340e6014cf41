import { expect, it } from 'vitest'
import { SpeedMeter } from './speed-meter'

it('does not guess from too little', () => {
  const meter = new SpeedMeter()
  expect(meter.speed).toBeNull()
  meter.add(0, 0)
  meter.add(1000, 100)
  expect(meter.speed).toBeNull()
})

it('averages over the time since it began', () => {
  const meter = new SpeedMeter()
  meter.add(0, 1000)
  meter.add(100, 1500)
  meter.add(3000, 2000)
  expect(meter.speed).toBe(3000)
})

it('forgets what is long past', () => {
  const meter = new SpeedMeter()
  meter.add(0, 0)
  meter.add(1_000_000, 1000)
  for (let second = 2; second <= 10; second += 1) meter.add(1_000_000 + second, second * 1000)
  expect(meter.speed).toBe(1)
})

it('keeps telling of a stall', () => {
  const meter = new SpeedMeter()
  meter.add(0, 0)
  meter.add(500, 1000)
  meter.add(500, 9000)
  expect(meter.speed).toBe(0)
})
