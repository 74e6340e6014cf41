/** Somebody nearby wishes to send: who, the words to compare, and yes or no. On the sender's page. */
import { useNavigate } from 'react-router'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { useToast } from '@/components/ui/toast-context'
import { paths } from '@/lib/paths'
import type { Nearby } from './engine/nearby'
import type { Asked } from './engine/nearby-asking'
import { arrivedFromNearby } from './arrival'
import { WordsToCheck } from './nearby-devices'
import { PeerFace } from './peer-face'

interface NearbyRequestProps {
  nearby: Nearby
  asked: Asked
  /** Files were chosen here, which going to another room leaves behind. */
  leavesFiles: boolean
}

/** Stays in sight until it is answered, or taken back. */
export function NearbyRequest({ nearby, asked, leavesFiles }: NearbyRequestProps) {
  const accept = useAccept(nearby, asked)
  const { from, accepted } = asked
  return (
    <Card
      aria-label="Somebody nearby"
      className="sticky top-4 z-20 mt-6 animate-enter border-accent shadow-lift"
    >
      <div className="flex flex-wrap items-center gap-4">
        <PeerFace name={from.name} className="size-16 shrink-0" />
        <div role="alert" className="min-w-48 flex-1">
          <p className="text-lg font-semibold">
            <bdi>{from.name}</bdi> wants to send you files
          </p>
          {from.platform !== undefined && (
            <p className="text-sm text-muted">
              On <bdi>{from.platform}</bdi>, on your network.
            </p>
          )}
          <WordsToCheck words={asked.words} />
          {leavesFiles && (
            <p className="mt-1 text-sm text-muted">
              What you chose here will have to be chosen again.
            </p>
          )}
        </div>
        <div className="flex flex-1 gap-2 sm:flex-none">
          <Button className="flex-1" aria-disabled={accepted} onClick={() => void accept()}>
            {accepted ? 'Joining …' : 'Accept'}
          </Button>
          <Button
            variant="secondary"
            className="flex-1"
            aria-disabled={accepted}
            onClick={() => nearby.asking.decline()}
          >
            Decline
          </Button>
        </div>
      </div>
    </Card>
  )
}

/** Says yes, and goes to the room that this leads to. */
function useAccept(nearby: Nearby, { from, words, accepted }: Asked): () => Promise<void> {
  const navigate = useNavigate()
  const toast = useToast()
  return async () => {
    const name = nearby.now.getSnapshot().self?.name ?? ''
    if (accepted) return
    try {
      const { room, key } = await nearby.asking.accept()
      const state = arrivedFromNearby(words, name)
      await navigate(`${paths.p2p}/${room}#${key.text()}`, { replace: true, state })
    } catch {
      toast({ title: `Nothing came of it: ${from.name} is gone.`, tone: 'danger' })
    }
  }
}
