/** Has the browser gather ICE candidates with given servers, and connects nobody. Part of the self-test. */
import { type CandidateKind } from './doctor-attempt'
import { within } from './doctor-patience'
import { type IceServer } from './signaling-messages'

/** A candidate as it was gathered. Addresses are compared and never shown. */
export interface GatheredCandidate {
  readonly kind: CandidateKind
  readonly address: string
  readonly port: number
  /** How long after the beginning it was there, in milliseconds. */
  readonly afterMs: number
}

/** What gathering brought. */
export interface Gathered {
  readonly candidates: readonly GatheredCandidate[]
  /** The browser had all its answers; if not, it was out of time. */
  readonly complete: boolean
  /** How long it took, in milliseconds. */
  readonly ms: number
}

/** Gathers until all is there, for `patienceMs` milliseconds at most, or until told to stop. Never throws. */
export async function gather(
  iceServers: readonly IceServer[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<Gathered> {
  const began = performance.now()
  const candidates: GatheredCandidate[] = []
  const passed = () => performance.now() - began
  let connection: RTCPeerConnection
  try {
    connection = new RTCPeerConnection({ iceServers: [...iceServers] })
  } catch {
    // No WebRTC here, or a server's address that this browser does not read.
    return { candidates, complete: false, ms: passed() }
  }
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate?.type || !candidate.address) return
    const { type: kind, address, port } = candidate
    candidates.push({ kind, address, port: port ?? 0, afterMs: passed() })
  })
  const complete = await within<boolean>(patienceMs, signal, (tell) => {
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState === 'complete') tell(true)
    })
    // A connection with nothing to carry gathers nothing.
    connection.createDataChannel('doctor')
    connection.setLocalDescription().catch(() => tell(false))
  })
  connection.close()
  return { candidates, complete: complete === true, ms: passed() }
}
