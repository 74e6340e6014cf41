/** Programs that say on a line of their own that they can be asked. Used by what starts them. */
import { createInterface } from 'node:readline'

/**
 * Reads what a program says until a line has these words in it. Throws all that it said where it ends before. Nobody reads
 * what it says from then on, and it does not wait for that.
 */
export async function untilSaid(
  /** @type {import('node:stream').Readable} */ output,
  /** @type {string} */ words,
) {
  let said = ''
  for await (const line of createInterface(output)) {
    said += `${line}\n`
    if (line.includes(words)) {
      output.resume()
      return
    }
  }
  throw new Error(`it did not start:\n${said}`)
}
