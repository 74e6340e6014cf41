/** A small drawn face for a peer. Decoration: the name beside it says who it is. */
import { cn } from '@/lib/class-names'
import { peerFace } from './peer-look'

const EARS = [
  <path key="cat" d="M9 20 10 6l10 7h8l10-7 1 14Z" />,
  <path key="bear" d="M6 14a6 6 0 1 1 12-2h12a6 6 0 1 1 12 2Z" />,
  <path key="hare" d="M13 18C8 2 15-2 20 12h8C33-2 40 2 35 18Z" />,
  <path key="bird" d="M22 12c-4-6 0-10 4-11-1 3 2 4 5 3-1 4-3 6-5 8Z" />,
]

const EYES = [
  <path key="dots" d="M17 24v2M31 24v2" strokeWidth="4.5" />,
  <path key="glad" d="M14 26q3-4 6 0M28 26q3-4 6 0" />,
  <path key="wink" d="M17 24v2" strokeWidth="4.5" />,
]

const MOUTHS = [
  <path key="smile" d="M19 32q5 5 10 0" />,
  <path key="small" d="M22 33h4" />,
  <path key="grin" d="M18 31q6 8 12 0Z" className="fill-current" />,
]

/** The face of the peer with this name; an outline where nobody has come yet. */
export function PeerFace({ name, className }: { name: string | undefined; className?: string }) {
  if (name === undefined) {
    return (
      <svg viewBox="0 0 48 48" aria-hidden className={cn('text-line-strong', className)}>
        <circle
          cx="24"
          cy="26"
          r="18"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.5"
          strokeDasharray="1 7"
          strokeLinecap="round"
        />
      </svg>
    )
  }
  const { hue, ears, eyes, mouth } = peerFace(name)
  return (
    <svg viewBox="0 0 48 48" aria-hidden className={className}>
      <g style={{ fill: `oklch(0.83 0.1 ${hue})` }}>
        {EARS[ears]}
        <circle cx="24" cy="26" r="18" />
      </g>
      <g
        fill="none"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        style={{ stroke: `oklch(0.3 0.06 ${hue})`, color: `oklch(0.3 0.06 ${hue})` }}
      >
        {EYES[eyes]}
        {eyes === 2 && <path d="M28 26q3-3 6 0" />}
        {MOUTHS[mouth]}
      </g>
    </svg>
  )
}
