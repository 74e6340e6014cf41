/** Carries a message from this page to itself through TURN. Part of the self-test. */
import { within } from './doctor-patience'
import { type TurnOutcome } from './doctor-self-test'
import { type IceServer } from './signaling-messages'

/** How long it may take, in milliseconds: two allocations, their permissions, and a handshake. */
const PATIENCE_MS = 6000
/** The code of an error that means that no answer came (W3C webrtc §4.8.3); all others are the server's own. */
const UNREACHABLE = 701

/** Joins two connections of this page over TURN and nothing else, and sends a message there and back. Never throws. */
export async function loopThroughTurn(
  servers: readonly IceServer[],
  signal: AbortSignal,
): Promise<TurnOutcome> {
  if (servers.length === 0) return { state: 'none' }
  let ends: [RTCPeerConnection, RTCPeerConnection]
  try {
    const end = () =>
      new RTCPeerConnection({ iceServers: [...servers], iceTransportPolicy: 'relay' })
    ends = [end(), end()]
  } catch {
    return { state: 'silent' }
  }
  const [near, far] = ends
  const heard = { address: false, refusal: false }
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.addEventListener('icecandidate', ({ candidate }) => {
      if (!candidate?.candidate) return
      heard.address = true
      void to.addIceCandidate(candidate).catch(() => undefined)
    })
    from.addEventListener('icecandidateerror', ({ errorCode }) => {
      if (errorCode !== UNREACHABLE) heard.refusal = true
    })
  }
  const roundTripMs = await within<number | undefined>(PATIENCE_MS, signal, (tell) => {
    echo(near, far, tell)
    join(near, far).catch(() => tell(undefined))
  })
  near.close()
  far.close()
  if (roundTripMs !== undefined) return { state: 'carries', roundTripMs }
  if (heard.address) return { state: 'carries nothing' }
  return { state: heard.refusal ? 'refused' : 'silent' }
}

/** Tells how long a message takes to the far end and back, once there is a way. */
function echo(
  near: RTCPeerConnection,
  far: RTCPeerConnection,
  tell: (milliseconds: number) => void,
): void {
  const [here, there] = [near, far].map((end) =>
    end.createDataChannel('doctor', { negotiated: true, id: 0 }),
  )
  let sent = 0
  there?.addEventListener('message', () => there.send('there'))
  here?.addEventListener('open', () => {
    sent = performance.now()
    here.send('here')
  })
  here?.addEventListener('message', () => tell(performance.now() - sent))
}

async function join(near: RTCPeerConnection, far: RTCPeerConnection): Promise<void> {
  await near.setLocalDescription()
  if (near.localDescription) await far.setRemoteDescription(near.localDescription)
  await far.setLocalDescription()
  if (far.localDescription) await near.setRemoteDescription(far.localDescription)
}
