/** An emulated line between two machines of a laboratory, by the program in `line/`. */
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** Frames that may wait to be read from an end of the line, so that bursts are not lost before it. */
const DEVICE_QUEUE = '10000'

const BINARY =
  process.env.SHARESYNC_LINE_BIN ??
  path.resolve(import.meta.dirname, '../../target/debug/sharesync-line')

/**
 * What a line does; without any of these, nothing.
 * @typedef {object} Nature
 * @property {number} [roundTrip] Milliseconds from one end to the other and back.
 * @property {number} [loss] Percent of packets lost at random, in either direction.
 * @property {number} [rate] Megabits a second in either direction; without it, as fast as the machine.
 * @property {number} [queue] Packets that may wait for their turn, where there is a rate.
 */

/**
 * What became of one direction's packets.
 * @typedef {{ carried: number, lost: number, dropped: number, cut: number }} Counts
 */

/** A line between two machines. It ends with the machine `there`, or with this process. */
export class Line {
  #process
  #answers

  constructor(process, answers) {
    this.#process = process
    this.#answers = answers
  }

  /**
   * Draws a line. Both its ends are down and without addresses.
   * @param {[machine: import('./namespaces.mjs').Machine, device: string]} here
   * @param {[machine: import('./namespaces.mjs').Machine, device: string]} there
   * @param {Nature} nature
   * @returns {Promise<Line>}
   */
  static async draw([here, device], [there, itsDevice], nature) {
    // Both ends are made on the machine there, where only it has a device of that name.
    const farEnd = 'far-end'
    const child = there.spawn(BINARY, [farEnd, itsDevice, ...options(nature)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
    const { value } = await answers.next()
    if (value !== 'ready') throw new Error('the line did not come into being')
    there.ip('link', 'set', farEnd, 'netns', here.namespace, 'name', device)
    here.ip('link', 'set', device, 'txqueuelen', DEVICE_QUEUE)
    there.ip('link', 'set', itsDevice, 'txqueuelen', DEVICE_QUEUE)
    return new Line(child, answers)
  }

  /** Loses everything from now on, without a word to either end. */
  cut() {
    this.#process.stdin.write('cut\n')
  }

  /** Ends a cut. */
  mend() {
    this.#process.stdin.write('mend\n')
  }

  /**
   * What became of the packets so far: from the first machine to the second, and back.
   * @returns {Promise<{ there: Counts, back: Counts }>}
   */
  async counts() {
    this.#process.stdin.write('counts\n')
    return JSON.parse((await this.#answers.next()).value)
  }

  /** Takes the line away, and both its ends. */
  async close() {
    const ended = once(this.#process, 'exit')
    this.#process.stdin.end()
    await ended
  }
}

/** @param {Nature} nature */
function options({ roundTrip = 0, loss = 0, rate, queue }) {
  const words = ['--delay-ms', String(roundTrip / 2), '--loss-percent', String(loss)]
  if (rate !== undefined) words.push('--rate-mbit', String(rate))
  if (queue !== undefined) words.push('--queue-frames', String(queue))
  return words
}
