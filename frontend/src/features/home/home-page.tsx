/** The start: a place to drop a file, and the two ways to give it to somebody. */
import { ArrowRight, Inbox, Link2, Zap } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { Link } from 'react-router'
import { useMe, useServerInfo } from '@/api/account'
import { DropZone } from '@/components/drop-zone'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import type { Chosen, ChosenFile } from '@/lib/dropped-files'
import { cn } from '@/lib/class-names'
import { formatBytes, formatCount } from '@/lib/format'
import { offerFiles } from '@/lib/handoff'
import { paths } from '@/lib/paths'
import { hasLibrary } from '@/lib/roles'

/** Home. */
export function HomePage() {
  const [files, setFiles] = useState<readonly ChosenFile[]>([])
  const { data: server } = useServerInfo()
  const { data: me } = useMe()
  const toast = useToast()

  const add = (chosen: Chosen) => {
    if (chosen.unreadable > 0) {
      toast({ title: `${formatCount(chosen.unreadable, 'file')} could not be read.` })
    }
    setFiles((before) => [...before, ...chosen.files])
  }
  const keeps = hasLibrary(me)
  const kept = server
    ? `Whoever has the link can fetch it for ${formatCount(server.file_expiry_days, 'day')}.`
    : 'Whoever has the link can fetch it.'

  return (
    <div className="mx-auto max-w-4xl">
      <title>ShareSync</title>
      <h1 className="text-center text-2xl font-semibold">Hand over a file.</h1>
      <p className="mx-auto mt-2 max-w-xl text-center text-base text-balance text-muted sm:mt-4 sm:text-lg">
        Straight to their browser while you are both here, or{' '}
        {keeps ? 'by a link for later' : 'to us'}.
      </p>
      <DropZone
        label="Choose files to hand over"
        onFiles={add}
        className="mt-6 py-4 sm:mt-12 sm:min-h-72 sm:py-8"
      >
        {files.length > 0 ? (
          <ChosenFiles files={files} />
        ) : (
          <>
            <span className="mt-2 text-lg font-semibold sm:mt-6">Drop files here</span>
            <span className="mt-1 text-sm text-muted">or press to choose them</span>
          </>
        )}
      </DropZone>
      {files.length > 0 && (
        <div className="mt-2 flex items-center justify-between gap-4 text-sm">
          <p className="text-muted" role="status">
            Now choose how to hand them over.
          </p>
          <Button variant="quiet" size="sm" onClick={() => setFiles([])}>
            Clear
          </Button>
        </div>
      )}
      <div className="mt-2 grid gap-2 sm:mt-4 sm:grid-cols-2 sm:gap-4">
        <Door
          to={paths.p2p}
          files={files}
          title="Send now"
          icon={<Zap aria-hidden className="size-5" />}
          ready={files.length > 0}
        >
          From your browser to theirs, of any size. Nothing is stored, no account is needed.
        </Door>
        <Door
          to={paths.upload}
          files={files}
          title={keeps ? 'Keep a link' : 'Hand it in'}
          icon={
            keeps ? (
              <Link2 aria-hidden className="size-5" />
            ) : (
              <Inbox aria-hidden className="size-5" />
            )
          }
          ready={files.length > 0}
        >
          {keeps
            ? `Stored here, even after you leave. ${kept}`
            : 'To the people who run this server. You see when they fetch it.'}
        </Door>
      </div>
    </div>
  )
}

function ChosenFiles({ files }: { files: readonly ChosenFile[] }) {
  const total = files.reduce((sum, { file }) => sum + file.size, 0)
  const [first] = files
  return (
    <>
      <span className="mt-2 max-w-full truncate text-lg font-semibold">
        {files.length === 1 ? first?.file.name : formatCount(files.length, 'file')}
      </span>
      <span className="mt-1 text-sm text-muted">{formatBytes(total)} · press to add more</span>
    </>
  )
}

interface DoorProps {
  to: string
  /** Handed to the page behind the door. */
  files: readonly ChosenFile[]
  title: string
  icon: ReactNode
  /** Whether there is something to take through it. */
  ready: boolean
  children: ReactNode
}

function Door({ to, files, title, icon, ready, children }: DoorProps) {
  const id = useId()
  return (
    <Link
      to={to}
      onClick={() => offerFiles(files)}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      className={cn(
        'group flex flex-col rounded-md border p-4 transition hover:border-accent sm:p-6',
        ready ? 'border-accent bg-accent-soft' : 'border-line bg-surface',
      )}
    >
      <span className="flex items-center gap-3 text-lg font-semibold">
        <span className="text-accent">{icon}</span>
        <span id={`${id}-title`}>{title}</span>
        <ArrowRight
          aria-hidden
          className="ms-auto size-5 text-muted transition group-hover:translate-x-1 group-hover:text-accent rtl:-scale-x-100"
        />
      </span>
      <span
        id={`${id}-text`}
        className={cn('mt-1 text-sm sm:mt-2', ready ? 'text-ink' : 'text-muted')}
      >
        {children}
      </span>
    </Link>
  )
}
