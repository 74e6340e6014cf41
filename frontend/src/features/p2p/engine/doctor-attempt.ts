/**
 * What ICE tried between the two, from the browser's own account (W3C webrtc-stats): kinds of candidates and
 * what became of their pairs, and no address of anybody. Read from a `Connection` while it lives or at its end;
 * the doctor judges by it.
 */

/** Where a candidate comes from (RFC 8445 §5.1.1). */
export type CandidateKind = RTCIceCandidateType

/** How many candidates of each kind one side has. */
export type Candidates = Readonly<Record<CandidateKind, number>>

/** Pairs of the same two kinds that fared alike. */
export interface PairsTried {
  readonly here: CandidateKind
  readonly there: CandidateKind
  readonly outcome:
    /** The connection runs over one of them. */
    | 'in use'
    /** The way is open. */
    | 'open'
    /** No answer came. */
    | 'failed'
    /** None has come yet. */
    | 'tried'
  readonly count: number
  /** The shortest round trip, in milliseconds; undefined where none was measured. */
  readonly roundTripMs: number | undefined
}

/** One attempt at a connection. */
export interface Attempt {
  readonly here: Candidates
  readonly there: Candidates
  readonly pairs: readonly PairsTried[]
}

const NO_CANDIDATES: Candidates = { host: 0, srflx: 0, prflx: 0, relay: 0 }

/** The order in which pairs are told: what works first. */
const OUTCOMES: readonly PairsTried['outcome'][] = ['in use', 'open', 'tried', 'failed']

/** Reads what a connection's statistics say of its candidates and pairs. */
export function readAttempt(stats: ReadonlyMap<string, RTCStats>): Attempt {
  const kinds = new Map<string, CandidateKind>()
  const sides = {
    'local-candidate': { ...NO_CANDIDATES },
    'remote-candidate': { ...NO_CANDIDATES },
  }
  const selected = new Set<string | undefined>()
  for (const entry of stats.values()) {
    if (isCandidate(entry)) {
      kinds.set(entry.id, entry.candidateType)
      sides[entry.type][entry.candidateType] += 1
    }
    if (entry.type === 'transport') {
      selected.add((entry as RTCTransportStats).selectedCandidatePairId)
    }
  }
  const pairs = new Map<string, PairsTried>()
  for (const entry of stats.values()) {
    if (entry.type !== 'candidate-pair') continue
    const pair = entry as RTCIceCandidatePairStats
    const [here, there] = [kinds.get(pair.localCandidateId), kinds.get(pair.remoteCandidateId)]
    if (!here || !there) continue
    const outcome = outcomeOf(pair, selected)
    const name = [here, there, outcome].join(' ')
    const before = pairs.get(name)
    const roundTripMs = shorter(before?.roundTripMs, pair.currentRoundTripTime)
    pairs.set(name, { here, there, outcome, count: (before?.count ?? 0) + 1, roundTripMs })
  }
  return {
    here: sides['local-candidate'],
    there: sides['remote-candidate'],
    pairs: [...pairs.values()].sort(
      (a, b) => OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome),
    ),
  }
}

interface CandidateStats extends RTCStats {
  readonly type: 'local-candidate' | 'remote-candidate'
  readonly candidateType: CandidateKind
}

function isCandidate(entry: RTCStats): entry is CandidateStats {
  if (entry.type !== 'local-candidate' && entry.type !== 'remote-candidate') return false
  return 'candidateType' in entry && String(entry.candidateType) in NO_CANDIDATES
}

function outcomeOf(
  { id, state, nominated }: RTCIceCandidatePairStats,
  selected: ReadonlySet<string | undefined>,
): PairsTried['outcome'] {
  // Where the browser tells of no transport, what was nominated is what is used.
  const used = selected.size > 0 ? selected.has(id) : nominated === true
  if (state === 'succeeded') return used ? 'in use' : 'open'
  return state === 'failed' ? 'failed' : 'tried'
}

/** The shorter of a time in milliseconds and one in seconds. */
function shorter(beforeMs: number | undefined, seconds: number | undefined): number | undefined {
  if (seconds === undefined) return beforeMs
  return Math.min(beforeMs ?? Infinity, seconds * 1000)
}
