/** Something to hear or to watch, with the browser's own controls. It is fetched piece by piece, as it plays. */
import { useRef, useState } from 'react'
import { FileIcon } from '@/components/file-icon'
import type { ViewProps } from './preview-body'

/** The view. */
export function MediaView({
  kind,
  file,
  url,
  onRenew,
  refusal,
}: ViewProps & { kind: 'audio' | 'video' }) {
  /** Where it was when its address ended, in seconds, and whether it played. */
  const interrupted = useRef<{ at: number; playing: boolean }>(undefined)
  const [failedAt, setFailedAt] = useState<string>()

  if (failedAt === url) {
    return refusal(`This browser cannot play this file. Downloaded, another player may.`)
  }
  const events = {
    onError: ({ currentTarget: media }: { currentTarget: HTMLMediaElement }) => {
      // What has played before is no stranger: an address lasts some minutes, and a film longer.
      if (media.currentTime > 0 && interrupted.current === undefined) {
        interrupted.current = { at: media.currentTime, playing: !media.paused }
        onRenew()
      } else {
        setFailedAt(url)
      }
    },
    onLoadedMetadata: ({ currentTarget: media }: { currentTarget: HTMLMediaElement }) => {
      const before = interrupted.current
      if (!before) return
      interrupted.current = undefined
      media.currentTime = before.at
      // Where the browser lets nothing play by itself, its person presses again.
      if (before.playing) media.play().catch(() => undefined)
    },
  }
  if (kind === 'audio') {
    return (
      <div className="flex min-h-0 flex-1 flex-col items-center justify-center gap-6 bg-sunken p-4">
        <FileIcon name={file.name} />
        {/* eslint-disable-next-line jsx-a11y/media-has-caption -- what people upload comes as it is */}
        <audio
          src={url}
          aria-label={file.name}
          controls
          preload="metadata"
          className="w-full max-w-xl"
          {...events}
        />
      </div>
    )
  }
  return (
    <div className="flex min-h-0 flex-1 items-center justify-center bg-[#000]">
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- what people upload comes as it is */}
      <video
        src={url}
        aria-label={file.name}
        controls
        playsInline
        preload="metadata"
        className="size-full object-contain"
        {...events}
      />
    </div>
  )
}
