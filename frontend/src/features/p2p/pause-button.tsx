/** Holds a transfer up, and lets it go on. */
import { Pause, Play } from 'lucide-react'
import { Button } from '@/components/ui/button'
import type { Transfer } from './engine/member'
import { useSnapshot } from './use-room'

/** Says what a press will do. */
export function PauseButton({ transfer }: { transfer: Transfer }) {
  const { stage, paused } = useSnapshot(transfer.state)
  if (stage !== 'moving') return null
  const Icon = paused.here ? Play : Pause
  return (
    <Button variant="secondary" onClick={() => transfer.pause(!paused.here)}>
      <Icon aria-hidden />
      {paused.here ? 'Resume' : 'Pause'}
    </Button>
  )
}
