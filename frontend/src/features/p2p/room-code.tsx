/** The code that leads to this room, to be said aloud. Part of the invitation on the sender's page. */
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { cn } from '@/lib/class-names'
import { paths } from '@/lib/paths'
import type { CodeHosting, HostedCode } from './engine/code-host'
import { useSnapshot } from './use-room'
import { codeNews } from './words'

interface RoomCodeProps {
  codes: CodeHosting
  /** Asks for another one. */
  onRetry: () => void
}

/** The code, or why there is none at the moment; and what became of the one before. */
export function RoomCode({ codes, onRetry }: RoomCodeProps) {
  const now = useSnapshot(codes.now)
  const { code, before } = now
  return (
    <div>
      <div className="flex items-center justify-between gap-2">
        <h2 className="text-sm font-medium">Say this code</h2>
        {code === undefined ? (
          // Keeps the place of the button, so that nothing jumps.
          <span aria-hidden className="h-9" />
        ) : (
          <CopyButton
            text={code}
            label="Copy code"
            variant="quiet"
            size="sm"
            className="-me-3 -my-1"
          />
        )}
      </div>
      <div className="@container mt-2 flex h-18 items-center justify-center rounded-md bg-sunken px-3">
        {code === undefined ? <NoCode now={now} onRetry={onRetry} /> : <CodeParts code={code} />}
      </div>
      <p className="mt-2 text-sm text-muted">
        They type it at <bdi className="font-medium text-ink">{address()}</bdi>. It lets one person
        in, then there is another.
      </p>
      <p
        aria-live="polite"
        className={cn('text-sm not-empty:mt-2', before === 'wrong' ? 'font-medium' : 'text-muted')}
      >
        {before && codeNews(before)}
      </p>
    </div>
  )
}

/** A line that is never broken: what the longest code needs is what the place around it has. */
function CodeParts({ code }: { code: string }) {
  const [number, ...words] = code.split('-')
  return (
    <p
      dir="ltr"
      className="font-mono text-[length:min(1.75rem,7.6cqi)] leading-none font-semibold whitespace-nowrap"
    >
      <span className="text-accent">{number}</span>
      {words.map((word, at) => (
        <span key={at}>
          <span className="text-muted">-</span>
          {word}
        </span>
      ))}
    </p>
  )
}

function NoCode({ now: { state }, onRetry }: { now: HostedCode; onRetry: () => void }) {
  switch (state) {
    case 'in use':
      return <p className="animate-breathe text-sm font-medium">Somebody is typing it …</p>
    case 'refused':
      return (
        <p className="flex flex-wrap items-center justify-center gap-2 text-sm">
          There is no code at the moment.
          <Button variant="secondary" size="sm" onClick={onRetry}>
            New code
          </Button>
        </p>
      )
    default:
      return <p className="animate-breathe text-sm text-muted">A code is being made …</p>
  }
}

/** Where codes are typed, as one says it. */
function address(): string {
  return `${window.location.host}${paths.p2p}`
}
