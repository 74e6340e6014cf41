import { describe, expect, it } from 'vitest'
import { zoomedTo } from './zoom'

const frame = { width: 400, height: 400 }
const fitted = { width: 400, height: 200 }

describe('a picture that is pressed', () => {
  it('is shown in its own size, with what was pressed in the middle', () => {
    expect(zoomedTo({ fitted, frame, naturalWidth: 2000, x: 0.5, y: 0.5 })).toEqual({
      width: 2000,
      left: 800,
      top: 300,
    })
  })

  it('grows to twice what fits where it is smaller', () => {
    expect(zoomedTo({ fitted, frame, naturalWidth: 40, x: 1, y: 0 })).toEqual({
      width: 800,
      left: 600,
      top: 0,
    })
  })
})
