/** The worker behind `SliceReader`: reads and hashes away from the page. Each call is answered by its number. */
import { readSlice } from './slice'
import { type SliceAnswer, type SliceCall } from './slice-reader'

self.addEventListener('message', ({ data }: MessageEvent<SliceCall>) => void answer(data))

async function answer({ call, file, at, end }: SliceCall): Promise<void> {
  try {
    const slice = await readSlice(file, at, end)
    const answer: SliceAnswer = { call, slice }
    self.postMessage(answer, { transfer: [slice.bytes.buffer, slice.digests.buffer] })
  } catch {
    // Removed, changed or forbidden since it was chosen; browsers do not say which.
    const answer: SliceAnswer = { call, slice: undefined }
    self.postMessage(answer)
  }
}
