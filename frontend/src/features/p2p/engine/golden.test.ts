// @vitest-environment node
/** The golden messages that the native side reads, too (`crates/protocol/tests/golden.rs`). */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { sha256Of } from '@/lib/sha256'
import control from '../../../../../crates/protocol/fixtures/control.json'
import digests from '../../../../../crates/protocol/fixtures/digest.json'
import frames from '../../../../../crates/protocol/fixtures/frames.json'
import peerSignals from '../../../../../crates/protocol/fixtures/peer-signals.json'
import signaling from '../../../../../crates/protocol/fixtures/signaling.json'
import { parseControl } from './control-messages'
import { FileDigest } from './digest'
import { decodeFrame, encodeFrame, FRAME_CHUNK, FRAME_SEAL } from './frames'
import { BLOCK_BYTES } from './protocol'
import {
  appeared,
  iceServers,
  joined,
  nearbyKnocked,
  nearbyNews,
  parseSignal,
  type PeerSignal,
  presence,
  refusal,
} from './signaling-messages'
import { reportOf } from './transfer-report'
import { TransferState } from './transfer-state'

const bytes = (hex: string) => new Uint8Array(hexToBytes(hex))

describe('frames', () => {
  it.each(frames.valid)('encodes and decodes: $name', (golden) => {
    const kind = golden.kind === 'chunk' ? FRAME_CHUNK : FRAME_SEAL
    const { file, block, offset } = golden
    const header = { kind, file, block, offset } as const
    const payload = bytes(golden.payload)
    const encoded = encodeFrame(header, [payload.slice(0, 3), payload.slice(3)], new Uint8Array(64))
    expect(bytesToHex(encoded)).toBe(golden.bytes)
    expect(decodeFrame(bytes(golden.bytes).buffer)).toEqual({ ...header, payload })
  })

  it.each(frames.malformed)('refuses: $name', (golden) => {
    expect(() => decodeFrame(bytes(golden.bytes).buffer)).toThrow(/^frame: /)
  })
})

describe('control messages', () => {
  it.each(control.valid)('reads: $name', (golden) => {
    expect(parseControl(JSON.stringify(golden.message))).toEqual(golden.message)
  })

  it.each(control.malformed)('refuses: $name', (golden) => {
    expect(() => parseControl(golden.text)).toThrow(/^control: /)
  })

  it('refuses what is longer than 64 KiB, and what is not text', () => {
    expect(parseControl('{"type":"cancel"}'.padEnd(64 * 1024))).toEqual({ type: 'cancel' })
    expect(() => parseControl('{"type":"cancel"}'.padEnd(64 * 1024 + 1))).toThrow('too long')
    expect(() => parseControl(new ArrayBuffer(8))).toThrow('not text')
  })
})

describe('signaling messages', () => {
  const schemas = {
    joined,
    refusal,
    presence,
    ice_servers: iceServers,
    appeared,
    nearby_news: nearbyNews,
    nearby_knocked: nearbyKnocked,
  }
  for (const [group, schema] of Object.entries(schemas)) {
    const { valid, malformed } = signaling[group as keyof typeof schemas]
    it.each<{ name: string; message: unknown }>(valid)(`reads ${group}: $name`, ({ message }) => {
      expect(v.parse(schema as v.GenericSchema, message)).toEqual(message)
    })
    it.each<{ name: string; message: unknown }>(malformed)(
      `refuses ${group}: $name`,
      ({ message }) => {
        expect(v.is(schema as v.GenericSchema, message)).toBe(false)
      },
    )
  }
})

describe('signals from another peer', () => {
  it.each(peerSignals.valid)('are read: $name', ({ event, body }) => {
    expect(parseSignal(event as PeerSignal['event'], body)).toEqual({ event, ...body })
  })

  it.each(peerSignals.malformed)('are refused: $name', ({ event, body }) => {
    expect(parseSignal(event as PeerSignal['event'], body)).toBeUndefined()
  })
})

describe('reports', () => {
  const { valid } = signaling.report
  it.each(valid)('are written: $name', ({ message: { peer, outcome, files, bytes } }) => {
    const state = new TransferState()
    state.advance('moving')
    for (const path of ['direct', 'turn', 'relay'] as const) {
      state.tally.connected()
      state.tally.runs(path)
      state.tally.begin(0)
      state.setWritten(bytes[path])
    }
    state.setVerified(files)
    if (outcome === 'failed') state.fail({ code: 'corrupt', foundBy: 'us' })
    else state.advance(outcome === 'verified' ? 'verified' : 'cancelled')
    expect({ peer, ...reportOf(state) }).toEqual({ peer, outcome, files, bytes })
  })
})

describe('digests', () => {
  it.each(digests.files)('of a file of $size bytes', async ({ size, blocks, digest }) => {
    const content = Uint8Array.from({ length: size }, (_, at) => at % 251)
    const file = new FileDigest()
    const ours: string[] = []
    for (let at = 0; at < size; at += BLOCK_BYTES) {
      const block = await sha256Of(content.slice(at, at + BLOCK_BYTES))
      file.add(block)
      ours.push(bytesToHex(block))
    }
    expect(ours).toEqual(blocks)
    expect(file.finish()).toBe(digest)
  })
})
