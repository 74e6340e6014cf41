/**
 * Devices nearby: those behind the same public address whose people wish to be seen. Shows us to them and
 * them to us, sends to one without a link, and hears those who wish to send to us (docs/PROTOCOL.md,
 * "Nearby"). Kept by `Room`, whose line to the service it uses.
 */
import type { Invitation } from '../secrecy/invitation'
import type { NearbyDevice } from '../secrecy/nearby-exchange'
import type { RandomBytes } from '../secrecy/randomness'
import { type AskingLine, NearbyAsking } from './nearby-asking'
import {
  NearbySending,
  type NearbyTrouble,
  NearbyTroubleError,
  type SendingLine,
} from './nearby-sending'
import { type SignalingClient, SignalingError } from './signaling-client'
import { Store } from './store'

/** How we show ourselves. */
export type Description = Omit<NearbyDevice, 'id'>

/** An attempt to send to a device, at one moment. */
export interface NearbyAttempt {
  readonly device: NearbyDevice
  /** To be compared; undefined until both pages have them. */
  readonly words: string | undefined
}

/** Somebody who was let into our room from nearby. */
export interface NearbyGuest {
  readonly device: NearbyDevice
  /** Of the page that enters: it tells which member of the room it is. */
  readonly nonce: string
  readonly words: string
  /** A person has said that the words are the same. */
  readonly compared: boolean
}

/** Which of the guests a member with this nonce is; undefined for one that came another way. */
export function guestWith(
  guests: readonly NearbyGuest[],
  nonce: string | undefined,
): NearbyGuest | undefined {
  return guests.find((guest) => guest.nonce === nonce)
}

/** Who is nearby, at one moment. */
export interface NearbyNow {
  readonly state:
    /** We do not wish to be seen. */
    | 'off'
    /** We wish to, and are not yet, or not at the moment. */
    | 'appearing'
    | 'on'
    /** The service did not let us. */
    | 'refused'
  readonly refusal: SignalingError['code'] | undefined
  /** What the others see. */
  readonly self: NearbyDevice | undefined
  /** The others, longest there first. */
  readonly devices: readonly NearbyDevice[]
  /** Whom we are sending to. */
  readonly attempt: NearbyAttempt | undefined
  /** What became of the attempt before. */
  readonly outcome:
    { readonly device: NearbyDevice; readonly trouble: NearbyTrouble | undefined } | undefined
  /** Everybody who was let in from nearby. */
  readonly guests: readonly NearbyGuest[]
}

/** Whatever is needed of the line to the service. */
export type NearbyLine = AskingLine &
  SendingLine &
  Pick<SignalingClient, 'hearNearby' | 'appear' | 'disappear'>

/** Our device among those nearby. */
export class Nearby {
  readonly now = new Store<NearbyNow>({
    state: 'off',
    refusal: undefined,
    self: undefined,
    devices: [],
    attempt: undefined,
    outcome: undefined,
    guests: [],
  })
  /** Those who wish to send to us. */
  readonly asking: NearbyAsking
  readonly #line: NearbyLine
  readonly #random: RandomBytes
  #wanted: Description | undefined
  /** Where those we send to are led; undefined while we are in no room. */
  #invitation: Invitation | undefined
  #sending: NearbySending | undefined
  /** Who went while we were appearing: the answer to that may still name them. */
  #goneMeanwhile = new Set<string>()
  /** Counts what we asked of the service, so that what was answered to something earlier changes nothing. */
  #turn = 0

  /** `busy` says whether something is going on that nobody nearby may disturb. */
  constructor(line: NearbyLine, random: RandomBytes, busy: () => boolean) {
    this.#line = line
    this.#random = random
    this.asking = new NearbyAsking(line, random, busy)
    line.hearNearby({
      appeared: (device) => this.#appeared(device),
      gone: (id) => this.#gone(id),
      knocked: (knock, from, body) => {
        const { self } = this.now.getSnapshot()
        if (self) void this.asking.knocked(knock, self, from, body)
        else this.#line.endKnock(knock).catch(() => undefined)
      },
      said: (knock, body) => {
        this.#sending?.talk.said(knock, body)
        this.asking.said(knock, body)
      },
      ended: (knock) => {
        this.#sending?.talk.ended(knock)
        this.asking.ended(knock)
      },
      lost: () => this.#lost(),
    })
  }

  /** We are in a room of our own, to which this leads. */
  entered(invitation: Invitation): void {
    this.#invitation = invitation
    if (this.#wanted) void this.#appear(this.#wanted)
  }

  /** Shows us like this from now on, also when the line was lost in between. */
  appear(description: Description): void {
    this.#wanted = description
    if (this.#invitation) void this.#appear(description)
    else this.#clear('appearing')
  }

  /** Shows us no more, and nobody to us. */
  disappear(): void {
    if (!this.#wanted) return
    this.#wanted = undefined
    this.stop()
    this.asking.stop()
    this.#clear('off')
    // If the service cannot be reached, we are not seen anyway.
    this.#line.disappear().catch(() => undefined)
  }

  /** Sends to a device, which its person has to allow; one at a time. */
  send(device: NearbyDevice): void {
    const { self } = this.now.getSnapshot()
    if (!self || !this.#invitation || this.#sending) return
    const sending = new NearbySending({ sender: self, receiver: device }, this.#line, this.#random)
    this.#sending = sending
    this.now.set({ attempt: { device, words: undefined }, outcome: undefined })
    const end = (trouble: NearbyTrouble | undefined) => {
      if (sending !== this.#sending) return
      this.#sending = undefined
      this.now.set({ attempt: undefined, outcome: { device, trouble } })
    }
    const events = {
      asking: (words: string) => this.now.set({ attempt: { device, words } }),
      accepted: (nonce: string, words: string) => {
        const guest = { device, nonce, words, compared: false }
        this.now.set({ guests: [...this.now.getSnapshot().guests, guest] })
      },
    }
    sending.run(this.#invitation, events).then(
      () => end(undefined),
      (error: unknown) => {
        end(error instanceof NearbyTroubleError ? error.code : 'unreachable')
      },
    )
  }

  /** Gives up sending, if that is under way. */
  stop(): void {
    const sending = this.#sending
    this.#sending = undefined
    sending?.stop()
    this.now.set({ attempt: undefined })
  }

  /** A person has compared a guest's words with those on the guest's own screen: they are the same. */
  compared(nonce: string): void {
    const { guests } = this.now.getSnapshot()
    this.now.set({
      guests: guests.map((guest) => (guest.nonce === nonce ? { ...guest, compared: true } : guest)),
    })
  }

  async #appear(description: Description): Promise<void> {
    const turn = this.#clear('appearing')
    try {
      const { self, devices } = await this.#line.appear(description)
      if (turn !== this.#turn) return
      // What was told of others after the answer may have been heard before it.
      const here = devices.filter(({ id }) => !this.#goneMeanwhile.has(id))
      this.now.set({ state: 'on', self, devices: [...here, ...this.now.getSnapshot().devices] })
    } catch (error) {
      if (turn !== this.#turn) return
      const refusal = error instanceof SignalingError ? error.code : 'unreachable'
      this.now.set({ state: 'refused', refusal })
    }
  }

  #appeared(device: NearbyDevice): void {
    if (this.#wanted) this.now.set({ devices: [...this.now.getSnapshot().devices, device] })
  }

  #gone(id: string): void {
    this.#goneMeanwhile.add(id)
    const { devices } = this.now.getSnapshot()
    this.now.set({ devices: devices.filter((device) => device.id !== id) })
  }

  #lost(): void {
    this.#invitation = undefined
    this.#sending?.talk.lost()
    this.asking.stop()
    this.#clear(this.#wanted ? 'appearing' : 'off')
  }

  #clear(state: NearbyNow['state']): number {
    this.#turn += 1
    this.#goneMeanwhile = new Set()
    this.now.set({ state, refusal: undefined, self: undefined, devices: [] })
    return this.#turn
  }
}
