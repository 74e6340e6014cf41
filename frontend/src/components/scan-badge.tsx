/** Marks a file that cannot be fetched: it is being checked for viruses, or in quarantine. Nothing for any other. */
import { LoaderCircle, ShieldAlert } from 'lucide-react'
import type { ScanState } from '@/api/types'
import { Badge } from './ui/badge'

/** The mark. */
export function ScanBadge({ scan }: { scan: ScanState }) {
  if (scan === 'pending')
    return (
      <Badge>
        <LoaderCircle aria-hidden className="motion-safe:animate-spin" />
        Being checked
      </Badge>
    )
  if (scan === 'infected')
    return (
      <Badge tone="danger">
        <ShieldAlert aria-hidden />
        Quarantined
      </Badge>
    )
  return null
}
