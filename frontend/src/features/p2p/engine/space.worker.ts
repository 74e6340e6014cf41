/** The worker behind `measureSpace`: only workers may open the files that it takes to try. */
import { type SpaceAnswer, type SpaceQuestion } from './space-calls'
import { longest, type Stretchable } from './space-trial'

/** The one file that is made longer and shorter; the lock keeps pages from doing it at the same time. */
const TRIAL = 'trial'

type SyncFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<Stretchable & { close(): void }>
}

self.addEventListener('message', ({ data }: MessageEvent<SpaceQuestion>) => {
  void answer(data.needed)
})

async function answer(needed: number): Promise<void> {
  let granted: number | undefined
  try {
    granted = await navigator.locks.request(`sharesync-${TRIAL}`, () => measure(needed))
  } catch {
    // Private windows of some browsers have the interface and refuse its use.
  }
  self.postMessage({ granted } satisfies SpaceAnswer)
}

async function measure(needed: number): Promise<number> {
  const root = await navigator.storage.getDirectory()
  const entry = (await root.getFileHandle(TRIAL, { create: true })) as SyncFileHandle
  const file = await entry.createSyncAccessHandle()
  try {
    // What an earlier trial left, had its page been closed in the middle.
    file.truncate(0)
    return longest(file, needed)
  } finally {
    file.close()
    await root.removeEntry(TRIAL)
  }
}
