/**
 * AES-256-GCM (NIST SP 800-38D), by the browser where it offers that, and in plain JavaScript where the
 * page came over plain http. The bytes are the same. Used by `LaneSealer`.
 */
import { gcm } from '@noble/ciphers/aes.js'

/** How many bytes longer a message is when it is sealed. */
export const TAG_BYTES = 16

/** One key's two operations. Both take what they are given at once, so that it may be reused. */
export interface AesGcm {
  encrypt(
    nonce: Uint8Array<ArrayBuffer>,
    plaintext: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>>
  /** Rejects when the message is not what was sealed with this key and nonce. */
  decrypt(
    nonce: Uint8Array<ArrayBuffer>,
    sealed: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>>
}

/** The browser's own implementation: several times faster, and off this thread. */
export class SubtleAesGcm implements AesGcm {
  readonly #subtle: SubtleCrypto
  readonly #key: CryptoKey

  private constructor(subtle: SubtleCrypto, key: CryptoKey) {
    this.#subtle = subtle
    this.#key = key
  }

  static async make(subtle: SubtleCrypto, key: Uint8Array<ArrayBuffer>): Promise<SubtleAesGcm> {
    const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return new SubtleAesGcm(subtle, imported)
  }

  async encrypt(iv: Uint8Array<ArrayBuffer>, plaintext: Uint8Array<ArrayBuffer>) {
    return new Uint8Array(await this.#subtle.encrypt({ name: 'AES-GCM', iv }, this.#key, plaintext))
  }

  async decrypt(iv: Uint8Array<ArrayBuffer>, sealed: Uint8Array<ArrayBuffer>) {
    return new Uint8Array(await this.#subtle.decrypt({ name: 'AES-GCM', iv }, this.#key, sealed))
  }
}

/** The one that runs anywhere. */
export class PlainAesGcm implements AesGcm {
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- so that it rejects and does not throw
  async encrypt(nonce: Uint8Array, plaintext: Uint8Array) {
    return new Uint8Array(gcm(this.#key, nonce).encrypt(plaintext))
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- so that it rejects and does not throw
  async decrypt(nonce: Uint8Array, sealed: Uint8Array) {
    return new Uint8Array(gcm(this.#key, nonce).decrypt(sealed))
  }
}
