/** The viewer's frame: what the file is called, the way to the next one, its download, and itself. */
import { useMutation } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type KeyboardEvent, useRef } from 'react'
import { Button } from '@/components/ui/button'
import { useReturnFocus } from '@/components/ui/use-return-focus'
import { formatBytes } from '@/lib/format'
import { problemWords } from '@/lib/problem-words'
import { unfetchable } from '@/lib/scan-words'
import { neighbour, type PreviewFile, type PreviewSource } from './preview-file'
import { PreviewBody } from './preview-body'
import { PreviewBoundary } from './preview-boundary'

interface PreviewDialogProps {
  source: PreviewSource
  file: PreviewFile
  onChange: (id: string | null) => void
}

/** Escape closes it; the arrow keys lead through the list. */
export function PreviewDialog({ source, file, onChange }: PreviewDialogProps) {
  const content = useRef<HTMLDivElement>(null)
  const returnFocus = useReturnFocus()
  const download = useMutation({ mutationFn: source.download })
  const { files } = source
  const previous = neighbour(files, file.id, -1)
  const next = neighbour(files, file.id, 1)
  const turn = (to: PreviewFile | undefined) => {
    if (!to) return
    download.reset()
    onChange(to.id)
    // A button that has led to an end of the list cannot keep the focus.
    content.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // What plays is wound by these keys.
    if (event.target instanceof HTMLMediaElement || event.defaultPrevented) return
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    if (event.key === 'ArrowLeft') turn(previous)
    if (event.key === 'ArrowRight') turn(next)
  }
  const place = `${files.indexOf(file) + 1} of ${files.length}`
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onChange(null)
      }}
    >
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-fade bg-[rgb(8_12_10/0.55)]" />
        <Dialog.Content
          ref={content}
          {...returnFocus}
          onOpenAutoFocus={(event) => {
            returnFocus.onOpenAutoFocus()
            event.preventDefault()
            content.current?.focus()
          }}
          onKeyDown={onKeyDown}
          aria-describedby={undefined}
          className="fixed inset-0 z-40 flex animate-enter flex-col border-line bg-surface outline-none sm:inset-4 sm:mx-auto sm:max-w-6xl sm:overflow-hidden sm:rounded-md sm:border sm:shadow-lift"
        >
          <div className="flex items-center gap-1 border-b border-line py-2 ps-4 pe-2 sm:ps-6 sm:pe-4">
            <div className="min-w-0 flex-1 py-1">
              <Dialog.Title className="truncate text-sm font-semibold" title={file.name}>
                {file.name}
              </Dialog.Title>
              <p role="status" className="truncate text-xs text-muted tabular-nums">
                <span className="sr-only">{file.name}, </span>
                {formatBytes(file.size)}
                {files.length > 1 && ` · ${place}`}
              </p>
            </div>
            {files.length > 1 && (
              <>
                <TurnButton label="Previous file" to={previous} onTurn={turn} />
                <TurnButton label="Next file" to={next} onTurn={turn} />
              </>
            )}
            <Button
              variant="quiet"
              size="icon"
              aria-label="Download"
              disabled={download.isPending || unfetchable(file.scan) !== undefined}
              onClick={() => download.mutate(file)}
            >
              <Download aria-hidden />
            </Button>
            <Dialog.Close asChild>
              <Button variant="quiet" size="icon" aria-label="Close">
                <X aria-hidden />
              </Button>
            </Dialog.Close>
          </div>
          {download.error && (
            <p role="alert" className="border-b border-line px-4 py-2 text-sm text-danger sm:px-6">
              {problemWords(download.error)}
            </p>
          )}
          <PreviewBoundary key={file.id} onDownload={() => download.mutate(file)}>
            <PreviewBody source={source} file={file} onDownload={() => download.mutate(file)} />
          </PreviewBoundary>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

interface TurnButtonProps {
  label: 'Previous file' | 'Next file'
  to: PreviewFile | undefined
  onTurn: (to: PreviewFile | undefined) => void
}

function TurnButton({ label, to, onTurn }: TurnButtonProps) {
  const Icon = label === 'Next file' ? ChevronRight : ChevronLeft
  return (
    <Button
      variant="quiet"
      size="icon"
      aria-label={label}
      disabled={!to}
      onClick={() => onTurn(to)}
    >
      <Icon aria-hidden className="rtl:-scale-x-100" />
    </Button>
  )
}
