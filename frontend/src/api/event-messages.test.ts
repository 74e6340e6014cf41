/** The golden messages that the native side reads, too (`crates/protocol/tests/golden.rs`). */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import events from '../../../crates/protocol/fixtures/events.json'
import { libraryNews, uploadNews } from './event-messages'

interface Golden {
  readonly name: string
  readonly message: object
}

interface Group {
  readonly valid: readonly Golden[]
  readonly malformed: readonly Golden[]
}

function check(schema: v.GenericSchema, golden: Group) {
  it.each(golden.valid)('is read: $name', ({ message }) => {
    expect(v.parse(schema, message)).toEqual(message)
  })

  it.each(golden.malformed)('is refused: $name', ({ message }) => {
    expect(v.safeParse(schema, message).success).toBe(false)
  })
}

describe('upload', () => check(uploadNews, events.upload))
describe('library', () => check(libraryNews, events.library))
