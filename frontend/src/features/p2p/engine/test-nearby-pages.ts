/** Pages whose devices are nearby, for tests: each of them in a room of its own. */
import { vi } from 'vitest'
import type { Invitation } from '../secrecy/invitation'
import { LinkKey } from '../secrecy/link-key'
import { browserRandom } from '../secrecy/randomness'
import { Nearby } from './nearby'
import type { NearbyService } from './test-nearby'

/** Exchanges take a while where the machine is busy. */
export const until = (condition: () => unknown) =>
  vi.waitUntil(condition, { timeout: 4000, interval: 5 })

/** A page of this name, in a room of its own. */
export function page(service: NearbyService, name: string, busy = () => false) {
  const line = service.line()
  const nearby = new Nearby(line, browserRandom, busy)
  const invitation: Invitation = {
    room: name.replaceAll(' ', '').padEnd(22, 'A'),
    key: LinkKey.make(browserRandom),
  }
  nearby.entered(invitation)
  return {
    line,
    nearby,
    invitation,
    now: () => nearby.now.getSnapshot(),
    asked: () => nearby.asking.now.getSnapshot().asked,
    names: () => nearby.now.getSnapshot().devices.map((device) => device.name),
    /** Sends to the device of this name. */
    send(to: string) {
      const device = nearby.now.getSnapshot().devices.find((other) => other.name === to)
      if (!device) throw new Error(`${to} is not there`)
      nearby.send(device)
    },
  }
}

export type Page = ReturnType<typeof page>

/** A page that can be seen. */
export async function seen(
  service: NearbyService,
  name: string,
  busy?: () => boolean,
): Promise<Page> {
  const made = page(service, name, busy)
  made.nearby.appear({ name })
  await until(() => made.now().state === 'on')
  return made
}

/** Two that see each other; the first sends, and the second's person is asked. */
export async function asking(service: NearbyService): Promise<{ heron: Page; fox: Page }> {
  const [heron, fox] = [await seen(service, 'Quiet Heron'), await seen(service, 'Bold Fox')]
  heron.send('Bold Fox')
  await until(() => fox.asked() && heron.now().attempt?.words)
  return { heron, fox }
}

/** What became of an attempt, once it is over. */
export async function outcome(of: Page) {
  await until(() => of.now().outcome)
  return of.now().outcome?.trouble ?? 'accepted'
}
