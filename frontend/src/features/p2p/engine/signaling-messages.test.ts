// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { parseSignal } from './signaling-messages'

describe('a signal from another browser', () => {
  const about = (network: unknown) =>
    parseSignal('ice-candidate', { link: '-', candidates: [], network })

  it.each([{ ask: true }, { udp: false, mapping: 'per destination', turn: true }])(
    'may be about its network: %j',
    (network) => {
      expect(about(network)?.network).toEqual(network)
    },
  )

  it('brings no more of that than there is to say', () => {
    const note = { udp: true, mapping: 'same', turn: true, address: '192.0.2.7' }
    expect(about(note)?.network).not.toHaveProperty('address')
  })

  it.each([{}, { ask: false }, { udp: 'yes', mapping: 'same', turn: true }, { udp: true }, null])(
    'is refused with nonsense about it: %j',
    (network) => {
      expect(about(network)).toBeUndefined()
    },
  )
})
