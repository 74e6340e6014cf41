// @vitest-environment node
/** To which path the bytes of a transfer are put down. */
import { describe, expect, it } from 'vitest'
import { type Path } from './connection'
import { PathTally } from './path-tally'

/** A tally of a transfer that runs by this path, with nothing written yet. */
function running(path: Path): PathTally {
  const tally = new PathTally()
  tally.connected()
  tally.runs(path)
  tally.begin(0)
  return tally
}

const nothing = { direct: 0, turn: 0, relay: 0 }

describe('the bytes of a transfer', () => {
  it.each<Path>(['direct', 'turn', 'relay'])(
    'are put down to the one path there is: %s',
    (path) => {
      const tally = running(path)
      expect(tally.bytes()).toEqual(nothing)
      tally.written(100)
      tally.written(250)
      expect(tally.bytes()).toEqual({ ...nothing, [path]: 250 })
    },
  )

  it('are counted from what was there before this page', () => {
    const tally = new PathTally()
    tally.written(1000)
    tally.connected()
    tally.runs('direct')
    tally.begin(1000)
    tally.written(1007)
    expect(tally.bytes()).toEqual({ ...nothing, direct: 7 })
  })

  it('are counted although the path is known only later', () => {
    const tally = new PathTally()
    tally.connected()
    tally.begin(0)
    tally.written(10)
    expect(tally.settled).toBe(false)
    expect(tally.bytes()).toEqual(nothing)
    tally.runs('turn')
    tally.written(15)
    expect(tally.settled).toBe(true)
    expect(tally.bytes()).toEqual({ ...nothing, turn: 15 })
  })

  it('are put down to each path they took', () => {
    const tally = running('relay')
    tally.written(30)
    tally.connected()
    tally.runs('direct')
    tally.begin(30)
    tally.written(100)
    tally.connected()
    tally.runs('relay')
    tally.begin(100)
    tally.written(101)
    expect(tally.bytes()).toEqual({ direct: 70, turn: 0, relay: 31 })
  })

  it('belong to the connection before until content moves over the new one', () => {
    const tally = running('relay')
    tally.written(30)
    tally.connected()
    tally.runs('direct')
    // What was on its way when the connection changed, and is heard of only by what the other side asks for.
    tally.written(35)
    tally.begin(40)
    tally.written(50)
    expect(tally.bytes()).toEqual({ direct: 10, turn: 0, relay: 40 })
  })

  it('are parted where one connection takes another path', () => {
    const tally = running('direct')
    tally.written(30)
    tally.runs('turn')
    tally.written(50)
    tally.runs('turn')
    tally.written(60)
    tally.runs('direct')
    tally.written(61)
    expect(tally.bytes()).toEqual({ direct: 31, turn: 30, relay: 0 })
  })

  it('are counted once more where they have to be sent once more', () => {
    const tally = running('direct')
    tally.written(100)
    tally.connected()
    tally.runs('direct')
    tally.begin(0)
    tally.written(100)
    expect(tally.bytes()).toEqual({ ...nothing, direct: 200 })
  })

  it('are left out where their path was never known', () => {
    const tally = new PathTally()
    tally.connected()
    tally.begin(0)
    tally.written(10)
    tally.connected()
    tally.runs('direct')
    tally.begin(10)
    tally.written(12)
    expect(tally.bytes()).toEqual({ ...nothing, direct: 2 })
  })

  it('need no path where there are none', () => {
    expect(new PathTally().settled).toBe(true)
    const tally = new PathTally()
    tally.connected()
    tally.begin(5)
    expect(tally.settled).toBe(true)
    expect(tally.bytes()).toEqual(nothing)
  })
})
