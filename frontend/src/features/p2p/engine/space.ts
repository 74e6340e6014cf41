/**
 * How much of an offer fits here, found out before anything is accepted. Browsers tell no page how full the disk
 * is: they tell what they would let it keep, and Chromium not even that, but ten gigabytes whatever is true. So
 * the sum is tried on the disk itself, without writing anything. Used by the page that receives.
 */
import { type SpaceAnswer, type SpaceQuestion } from './space-calls'

/** What there is to know. */
export type Space =
  /** It fits, as far as the browser tells; `free` where that is a figure, `more` where it may be more. */
  | { readonly fits: true; readonly free: number | undefined; readonly more: boolean }
  /** It does not, for only so many bytes would be kept. */
  | { readonly fits: false; readonly free: number }
  /** Nobody can say. */
  | { readonly fits: undefined }

/** What Chromium says is free at most (its "predictable reported storage quota"). */
const REPORTED_AT_MOST = 10 * 1024 ** 3
/** Below this what the browser says is believed, for trying takes a worker. */
const WORTH_TRYING = 64 * 1024 ** 2
/** From this much on, the browser is asked not to clear it away while it comes. */
const WORTH_KEEPING = 1024 ** 3

/** Finds out whether so many bytes fit. */
export async function measureSpace(needed: number): Promise<Space> {
  if (!isSecureContext || !('getDirectory' in navigator.storage)) return { fits: undefined }
  const reported = await reportedFree()
  const figure =
    reported !== undefined && reported >= needed
      ? { free: reported, more: reported === REPORTED_AT_MOST }
      : { free: undefined, more: false }
  if (figure.free !== undefined && needed < WORTH_TRYING) return { fits: true, ...figure }
  const granted = await tryOut(needed)
  if (granted === undefined) return { fits: undefined }
  return granted < needed ? { fits: false, free: granted } : { fits: true, ...figure }
}

/** Asks the browser to let this page keep more, or not to clear it away; some ask their person. */
export async function askForSpace(): Promise<boolean> {
  return navigator.storage.persist().catch(() => false)
}

/** The same where so many bytes are about to come, if that is worth asking for. */
export async function keepSpace(needed: number): Promise<void> {
  const storage = (navigator as Partial<Navigator>).storage
  if (needed < WORTH_KEEPING || !storage || !('persist' in storage)) return
  await askForSpace()
}

async function reportedFree(): Promise<number | undefined> {
  const { quota, usage }: StorageEstimate = await navigator.storage.estimate().catch(() => ({}))
  return quota === undefined ? undefined : Math.max(0, quota - (usage ?? 0))
}

/** How many of so many bytes the browser would keep; undefined where it cannot be tried. */
function tryOut(needed: number): Promise<number | undefined> {
  const worker = new Worker(new URL('./space.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<number | undefined>((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<SpaceAnswer>) =>
      resolve(data.granted),
    )
    worker.addEventListener('error', () => resolve(undefined))
    worker.postMessage({ needed } satisfies SpaceQuestion)
  }).finally(() => worker.terminate())
}
