/** A signaling service in memory, as far as devices nearby go, for tests of both ends. */
import type { NearbyDevice } from '../secrecy/nearby-exchange'
import type { Description, NearbyLine } from './nearby'
import { type NearbyListener, SignalingError } from './signaling-client'

/** A message of a knock; tests may change it on its way. */
export interface Passed {
  readonly from: string
  readonly body: Readonly<Record<string, unknown>>
}

interface Seen {
  readonly device: NearbyDevice
  readonly listener: () => NearbyListener | undefined
}

/** One network, and everybody in it. */
export class NearbyService {
  /** What was passed on, in order. */
  readonly passed: Passed[] = []
  /** Changes what is passed on; undefined swallows it. */
  between: (message: Passed) => object | undefined = ({ body }) => body
  /** What the service does instead of letting somebody appear, or knock. */
  refuses: SignalingError | undefined
  readonly #seen: Seen[] = []
  readonly #knocks = new Map<string, readonly [Seen, Seen]>()
  #count = 0

  /** The line of a page of this name, and what becomes of it when its connection is lost. */
  line(): NearbyLine & { lose(): void } {
    let listener: NearbyListener | undefined
    let self: Seen | undefined
    const disappear = () => {
      const gone = self
      self = undefined
      if (!gone) return
      this.#seen.splice(this.#seen.indexOf(gone), 1)
      for (const other of this.#seen) other.listener()?.gone(gone.device.id)
    }
    return {
      hearNearby: (hears) => {
        listener = hears
      },
      appear: async (description: Description) => {
        await Promise.resolve()
        if (this.refuses) throw this.refuses
        disappear()
        this.#count += 1
        const device = { id: String(this.#count).padStart(22, '0'), ...description }
        const devices = this.#seen.map((other) => other.device)
        for (const other of this.#seen) other.listener()?.appeared(device)
        self = { device, listener: () => listener }
        this.#seen.push(self)
        return { self: device, devices }
      },
      disappear: async () => {
        await Promise.resolve()
        disappear()
      },
      knockNearby: async (id, body) => {
        await Promise.resolve()
        if (this.refuses) throw this.refuses
        const there = this.#seen.find(({ device }) => device.id === id)
        if (!there || !self) throw new SignalingError('unknown_device', '')
        this.#count += 1
        const knock = `knock ${this.#count}`
        this.#knocks.set(knock, [self, there])
        const heard = this.#pass(self, body)
        if (heard) there.listener()?.knocked(knock, self.device, heard)
        return knock
      },
      pake: async (knock, body) => {
        await Promise.resolve()
        const [here, there] = this.#parties(knock, listener)
        const heard = this.#pass(here, body)
        if (heard) there.listener()?.said(knock, heard)
      },
      endKnock: async (knock) => {
        await Promise.resolve()
        const [, there] = this.#parties(knock, listener)
        this.#knocks.delete(knock)
        there.listener()?.ended(knock)
      },
      lose: () => {
        disappear()
        for (const [knock, parties] of this.#knocks) {
          if (!parties.some((party) => party.listener() === listener)) continue
          this.#knocks.delete(knock)
          const others = parties.filter((party) => party.listener() !== listener)
          for (const other of others) other.listener()?.ended(knock)
        }
        listener?.lost()
      },
    }
  }

  #pass(from: Seen, body: object): object | undefined {
    const message = { from: from.device.name, body: body as Passed['body'] }
    this.passed.push(message)
    return this.between(message)
  }

  /** Whoever speaks, and the other of the two. */
  #parties(knock: string, speaker: NearbyListener | undefined): readonly [Seen, Seen] {
    const parties = this.#knocks.get(knock)
    if (!parties) throw new SignalingError('unknown_knock', '')
    const [one, other] = parties
    return one.listener() === speaker ? [one, other] : [other, one]
  }
}
