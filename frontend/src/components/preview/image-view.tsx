/** A picture: fitted into the viewer, and larger around the place that is pressed. As a picture of a page no SVG runs. */
import { type KeyboardEvent, type MouseEvent, useLayoutEffect, useRef, useState } from 'react'
import { cn } from '@/lib/class-names'
import type { ViewProps } from './preview-body'
import { PreviewSkeleton } from './preview-skeleton'
import { type Zoom, zoomedTo } from './zoom'

/** The view. */
export function ImageView({ file, url, refusal }: ViewProps) {
  const frame = useRef<HTMLDivElement>(null)
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')
  const [zoom, setZoom] = useState<Zoom>()
  useLayoutEffect(() => {
    const around = frame.current
    if (!zoom || !around) return
    around.scrollLeft = zoom.left
    around.scrollTop = zoom.top
  }, [zoom])

  const press = (event: MouseEvent<HTMLButtonElement>) => {
    const image = event.currentTarget.querySelector('img')
    if (zoom || !image || !frame.current) {
      setZoom(undefined)
      return
    }
    const box = image.getBoundingClientRect()
    // A press by key has no place: then it is the middle.
    const byKey = event.detail === 0
    setZoom(
      zoomedTo({
        fitted: { width: box.width, height: box.height },
        naturalWidth: image.naturalWidth / window.devicePixelRatio,
        frame: { width: frame.current.clientWidth, height: frame.current.clientHeight },
        x: byKey ? 0.5 : (event.clientX - box.left) / box.width,
        y: byKey ? 0.5 : (event.clientY - box.top) / box.height,
      }),
    )
  }
  const scrolls = (event: KeyboardEvent) => {
    // What is larger than the viewer is moved by the arrow keys.
    if (zoom && event.key.startsWith('Arrow')) event.stopPropagation()
  }
  if (state === 'failed') return refusal('This picture could not be shown. It may be damaged.')
  return (
    <>
      {state === 'loading' && <PreviewSkeleton />}
      <div
        ref={frame}
        className={cn(
          'min-h-0 flex-1 overflow-auto bg-sunken',
          state === 'loading' && 'hidden',
          !zoom && 'p-4',
        )}
      >
        <button
          type="button"
          aria-label={zoom ? 'Fit to the window' : 'Zoom in'}
          aria-pressed={zoom !== undefined}
          onClick={press}
          onKeyDown={scrolls}
          className={cn(
            'flex min-h-full items-center justify-center outline-offset-[-2px]',
            zoom ? 'min-w-full cursor-zoom-out' : 'size-full cursor-zoom-in',
          )}
          style={zoom && { width: 'max-content' }}
        >
          <img
            src={url}
            alt={file.name}
            draggable={false}
            onLoad={() => setState('shown')}
            onError={() => setState('failed')}
            className={cn(
              'checkered',
              zoom ? 'max-w-none' : 'max-h-full max-w-full object-contain',
            )}
            style={zoom && { width: zoom.width }}
          />
        </button>
      </div>
    </>
  )
}
