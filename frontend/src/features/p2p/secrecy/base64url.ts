/** Base64url without padding (RFC 4648 §5), the only way in which bytes stand in texts here. */

/** Writes bytes as base64url. */
export function toBase64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Reads base64url; undefined where the text is not exactly what {@link toBase64url} writes: other
 * characters, padding, or bits that are set behind the last byte. So no two texts mean the same.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return toBase64url(bytes) === text ? bytes : undefined
}

/** Reads bytes of a known number; undefined for anything else. */
export function bytesOf(text: string, length: number): Uint8Array<ArrayBuffer> | undefined {
  // Four characters for three bytes: longer texts are not even looked at.
  return text.length === Math.ceil((length * 4) / 3) ? fromBase64url(text) : undefined
}
