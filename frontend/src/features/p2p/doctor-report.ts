/** What the doctor found as a text to send to somebody who helps: kinds and times, no address, no key, no name. */
import type { Candidates, CandidateKind } from './engine/doctor-attempt'
import type { Examination } from './engine/doctor'
import { type Check, checksHere, checksThere, findingWords, pairWords, PATHS } from './doctor-words'

/** The report, in lines. */
export function doctorReport(examination: Examination): string {
  const { path, findings, here, there, attempt, tookMs } = examination
  const lines = [
    'ShareSync connection report',
    '',
    `Connection: ${path ? PATHS[path] : 'none'}`,
    ...findings.map((finding) => `- ${finding}: ${findingWords(finding).what}`),
  ]
  if (here) lines.push('', 'This side', ...checksHere(here).map(line))
  lines.push('', 'The other side', ...checksThere(there).map(line))
  if (attempt) {
    lines.push(
      '',
      'Ways that were tried (this side – the other)',
      ...attempt.pairs.map((pairs) => {
        const [ends, outcome] = pairWords(pairs)
        return `- ${ends}: ${outcome} (${pairs.count})`
      }),
      `Candidates here: ${kinds(attempt.here)}`,
      `Candidates there: ${kinds(attempt.there)}`,
    )
  }
  if (tookMs !== undefined) lines.push('', `The test took ${(tookMs / 1000).toFixed(1)} s.`)
  return lines.join('\n')
}

function line({ what, found }: Check): string {
  return `- ${what}: ${found}`
}

function kinds(candidates: Candidates): string {
  const order: CandidateKind[] = ['host', 'srflx', 'prflx', 'relay']
  return order.map((kind) => `${kind} ${candidates[kind]}`).join(', ')
}
