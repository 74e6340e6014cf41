// @vitest-environment node
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { concatBytes } from '@noble/ciphers/utils.js'
import { expect, it } from 'vitest'
import { toBase64url } from './base64url'
import { deriveKey } from './key-schedule'
import { browserRandom } from './randomness'
import { MAX_PLAINTEXT_BYTES, MAX_SEALED_CHARACTERS, openBox, sealBox } from './sealed-box'

const key = deriveKey(new Uint8Array(16), 'sharesync/1 signal', [])
const none = new Uint8Array()

it('does not decrypt what is longer than a packet can carry, however well it was sealed', () => {
  const handmade = (length: number) => {
    const nonce = browserRandom(24)
    const sealed = xchacha20poly1305(key, nonce, none).encrypt(new Uint8Array(length))
    return toBase64url(concatBytes(nonce, sealed))
  }
  expect(handmade(MAX_PLAINTEXT_BYTES)).toHaveLength(MAX_SEALED_CHARACTERS)
  expect(openBox(key, handmade(MAX_PLAINTEXT_BYTES), none)).toHaveLength(MAX_PLAINTEXT_BYTES)
  expect(openBox(key, handmade(MAX_PLAINTEXT_BYTES + 1), none)).toBeUndefined()
})

it('opens with a key for its own purpose only', () => {
  const box = sealBox(key, none, none, browserRandom)
  expect(openBox(key, box, none)).toEqual(none)
  const other = deriveKey(new Uint8Array(16), 'sharesync/1 relay', [])
  expect(openBox(other, box, none)).toBeUndefined()
})
