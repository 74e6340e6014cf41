/** Markdown as a tree, within a time. Asked by the view of Markdown. */
import type { Root } from 'hast'

/** How long a text may take, in milliseconds. */
const PATIENCE = 4_000

/** Reads a text; nothing where it takes too long, or is nested too deep. */
export function layOut(text: string, signal: AbortSignal): Promise<Root | null> {
  const worker = new Worker(new URL('./markdown.worker.ts', import.meta.url), { type: 'module' })
  const ends = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)])
  return new Promise<Root | null>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<Root>) => resolve(data))
    worker.addEventListener('error', (event) => {
      // It is told to whoever reads the text, and is nothing for the console.
      event.preventDefault()
      resolve(null)
    })
    ends.addEventListener('abort', () => resolve(null))
    worker.postMessage(text)
  }).finally(() => worker.terminate())
}
