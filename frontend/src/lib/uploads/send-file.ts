/** Sends one file: begins its upload or goes on with it, sends what is missing, and completes it. */
import { ProblemError } from '@/api/problem'
import { sendMissing } from './part-sender'
import { persist, type Persistence, type Statuses, waitOrOnline } from './persistence'
import type { Found, UploadApi } from './upload-api'
import type { Sender, SendOptions } from './upload-queue'
import { browserTurns, type Turns } from './upload-turns'

/** How often what is there is looked at anew, where parts are gone that were there. */
const MOST_LOOKS = 3
/** Where nothing can be begun any more, trying again begins nothing either. */
const REFUSED_TO_BEGIN: Statuses = { lasting: [410] }

/** Makes the sender that uses these calls. `wait` is what it waits by between tries. */
export function fileSender<Sent>(
  api: UploadApi<Sent>,
  wait: Persistence['wait'] = waitOrOnline,
  turns: Turns = browserTurns,
): Sender<Sent> {
  return {
    send: (file, options) => send({ api, wait, turns }, file, options),
    // One that cannot be reached now gives it up by itself in a week.
    discard: (session) => void api.abort(session).catch(() => undefined),
  }
}

interface Means<Sent> {
  readonly api: UploadApi<Sent>
  readonly wait: Persistence['wait']
  readonly turns: Turns
}

async function send<Sent>(means: Means<Sent>, file: File, options: SendOptions): Promise<Sent> {
  const { api, wait, turns } = means
  const { session: known, handIn, goal, lifetime, onStalled, signal } = options
  const persistence = { onStalled, signal, wait }
  if (known !== null) {
    // What is there is looked at once nobody else adds to it.
    const sent = await turns.inTurn(known, options, async () => {
      const found = await persist(() => find(api, known), persistence)
      return found && (found.file ?? sendRest(api, file, found, options, persistence))
    })
    if (sent) return sent
  }
  const { name, size, type } = file
  const announced = { name, size, type, handIn, goal, lifetime }
  const begun = await persist(() => api.begin(announced), persistence, REFUSED_TO_BEGIN)
  if (signal.aborted) {
    // It was cancelled before anybody knew what to discard.
    void api.abort(begun.id).catch(() => undefined)
    signal.throwIfAborted()
  }
  // The addresses that the answer has are not parts that are there.
  const session = { ...begun, parts: [] }
  return turns.inTurn(begun.id, options, () => sendRest(api, file, session, options, persistence))
}

/** Sends what is not there of an upload, and completes it. */
async function sendRest<Sent>(
  api: UploadApi<Sent>,
  file: File,
  found: Found<Sent>,
  { onBegun, onProgress, onStalled, signal }: SendOptions,
  persistence: Persistence,
): Promise<Sent> {
  let session = found
  const { id } = session
  for (let looks = 0; ; looks += 1) {
    onBegun(session.id, session.received)
    const there = new Map(session.parts.map(({ number, sha256 }) => [number, sha256]))
    try {
      await sendMissing({ api, file, session, there, onProgress, persistence })
      return await persist(() => api.complete(id), persistence)
    } catch (error) {
      signal.throwIfAborted()
      if (!isGone(error) || looks === MOST_LOOKS) throw error
      // Of what was on its way nothing is any more.
      onStalled(false)
      const left = await persist(() => api.get(id), persistence)
      if (left.file) return left.file
      session = left
    }
  }
}

/** Whether what was sent is not there any more: whoever looks after a bucket may have tidied up. The server knows. */
function isGone(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return false
  return error.status === 404 || error.problem?.code === 'upload_incomplete'
}

/** An upload that was begun; `null` where the server has given it up. */
async function find<Sent>(api: UploadApi<Sent>, session: string): Promise<Found<Sent> | null> {
  try {
    return await api.get(session)
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null
    throw error
  }
}
