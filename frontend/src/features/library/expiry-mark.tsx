/** Marks files that expire soon, and no others. In the library's list. */
import { Hourglass } from 'lucide-react'
import { useServerInfo } from '@/api/account'
import type { FileSummary } from '@/api/types'
import { Badge } from '@/components/ui/badge'
import { formatDateTime } from '@/lib/format'
import { expiresSoon, formatExpiry } from './expiry'

interface ExpiryMarkProps {
  file: FileSummary
  now: number
}

/** The mark beside its name. */
export function ExpiryBadge({ file, now }: ExpiryMarkProps) {
  const expiresAt = useSoon(file, now)
  if (expiresAt === null) return null
  return (
    <Badge tone="caution" title={formatDateTime(expiresAt)} className="hidden md:inline-flex">
      <Hourglass aria-hidden />
      Expires {formatExpiry(expiresAt, now)}
    </Badge>
  )
}

/** The same under its name, where it is narrow. */
export function ExpiryWords({ file, now }: ExpiryMarkProps) {
  const expiresAt = useSoon(file, now)
  if (expiresAt === null) return null
  return <span className="text-caution md:hidden">Expires {formatExpiry(expiresAt, now)} · </span>
}

/** When it expires, where that is soon. */
function useSoon(file: FileSummary, now: number): number | null {
  const { data: server } = useServerInfo()
  const expiresAt = file.expires_at
  const isSoon = server !== undefined && expiresSoon(file, server, now)
  return isSoon && typeof expiresAt === 'number' ? expiresAt : null
}
