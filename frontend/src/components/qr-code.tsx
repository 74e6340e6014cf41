/** A QR code, drawn as one SVG path. Used beside the room's link, and for authenticators. */
import { useMemo } from 'react'
import { encode } from 'uqr'

/** The quiet zone that scanners need around the code, in modules (ISO/IEC 18004). */
const QUIET_ZONE = 4

/** The text as a QR code: dark on light in both themes, as scanners expect it. */
export function QrCode({
  text,
  label,
  className,
}: {
  text: string
  label: string
  className?: string
}) {
  const { size, path } = useMemo(() => draw(text), [text])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className={className}
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#101413" />
    </svg>
  )
}

function draw(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { border: QUIET_ZONE })
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('')
  return { size, path }
}
