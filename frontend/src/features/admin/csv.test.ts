import { expect, it } from 'vitest'
import { csvOf } from './csv'

const points = [{ start: 1_764_547_200_000, count: 1, bytes: 20 }]
const csv = (key: string) =>
  csvOf({ step: 'day', from: 0, to: 0, series: [{ metric: 'stored', key, points }] })

it('is a row for each thing that happened', () => {
  expect(csv('text/plain')).toBe(
    'start,metric,part,count,bytes\r\n2025-12-01T00:00:00.000Z,stored,text/plain,1,20\r\n',
  )
})

it('has nothing in it that a spreadsheet would work out', () => {
  expect(csv('=HYPERLINK("x")')).toContain(`,"'=HYPERLINK(""x"")",`)
  expect(csv('a,b')).toContain(`,"a,b",`)
})

it('has a head even where nothing happened', () => {
  expect(csvOf({ step: 'day', from: 0, to: 0, series: [] })).toBe(
    'start,metric,part,count,bytes\r\n',
  )
})
