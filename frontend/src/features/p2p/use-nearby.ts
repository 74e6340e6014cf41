/** Being seen by devices nearby, and seeing them: what the person wishes, told to the engine. */
import { useEffect, useState } from 'react'
import type { Nearby, NearbyNow } from './engine/nearby'
import { devicePlatform } from './device-platform'
import { keepWish, wishesToBeSeen } from './nearby-wish'
import { peerName } from './peer-look'
import { useSnapshot } from './use-room'

interface Wish {
  /** Who is there. */
  readonly now: NearbyNow
  /** Whether the person wishes to be seen. */
  readonly seen: boolean
  readonly setSeen: (seen: boolean) => void
}

/** `self` is our id in our own room, whose name and face we have nearby as well. */
export function useNearby(nearby: Nearby, self: string | undefined): Wish {
  const now = useSnapshot(nearby.now)
  const [seen, setSeen] = useState(wishesToBeSeen)
  useEffect(() => {
    if (!seen || self === undefined) {
      nearby.disappear()
      return
    }
    const platform = devicePlatform(navigator)
    nearby.appear({ name: peerName(self), ...(platform !== undefined && { platform }) })
  }, [nearby, self, seen])
  return {
    now,
    seen,
    setSeen: (wish) => {
      keepWish(wish)
      setSeen(wish)
    },
  }
}
