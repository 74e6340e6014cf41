/** Files that nothing can make smaller on the way. Used by the benchmark. */
import { randomFillSync } from 'node:crypto'
import { open } from 'node:fs/promises'

const PIECE = 4 * 1024 * 1024

/** Writes `size` random bytes under that name, over what was there; returns the name. */
export async function randomFile(name, size) {
  const handle = await open(name, 'w')
  const piece = Buffer.alloc(PIECE)
  for (let left = size; left > 0; left -= piece.length) {
    randomFillSync(piece)
    await handle.write(piece, 0, Math.min(left, piece.length))
  }
  await handle.close()
  return name
}
