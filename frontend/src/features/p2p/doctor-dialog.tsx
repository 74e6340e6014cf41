/** How two people are connected, and why not better: a dialog over the room page. */
import { CircleCheck, CircleMinus, CircleX, RotateCw } from 'lucide-react'
import { useEffect, useState } from 'react'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import type { Attempt } from './engine/doctor-attempt'
import { Doctor, type Examination, type Patient } from './engine/doctor'
import { doctorReport } from './doctor-report'
import {
  type Check,
  checksHere,
  checksThere,
  findingWords,
  pairWords,
  pathWords,
} from './doctor-words'
import { useSnapshot } from './use-room'

interface DoctorDialogProps {
  /** The member it is about. */
  patient: Patient
  onClose: () => void
}

/** Examines the connection as soon as it is shown. */
export function DoctorDialog({ patient, onClose }: DoctorDialogProps) {
  const [doctor] = useState(() => new Doctor(patient))
  const examination = useSnapshot(doctor.now)
  useEffect(() => {
    doctor.examine()
    return () => doctor.stop()
  }, [doctor])

  const [main] = examination.findings
  return (
    <Dialog
      open
      onClose={onClose}
      title="How you are connected"
      description="What this page found out about the way between the two of you."
    >
      <p aria-live="polite" className="font-semibold">
        {main ? findingWords(main).what : 'Looking into it. This takes a few seconds.'}
      </p>
      {examination.state === 'done' ? (
        <Result examination={examination} onAgain={() => doctor.examine()} />
      ) : (
        <div aria-hidden className="mt-4 grid gap-3">
          {[0, 1, 2, 3].map((row) => (
            <Skeleton key={row} className="h-5" />
          ))}
        </div>
      )}
    </Dialog>
  )
}

function Result({ examination, onAgain }: { examination: Examination; onAgain: () => void }) {
  const { path, findings, here, there, attempt } = examination
  const [main, ...others] = findings
  return (
    <>
      <p className="mt-2 text-sm">
        {pathWords(path)} {main && findingWords(main).next}
      </p>
      {others.length > 0 && (
        <ul className="mt-3 grid gap-2 text-sm text-muted">
          {others.map((finding) => (
            <li key={finding}>
              {findingWords(finding).what} {findingWords(finding).next}
            </li>
          ))}
        </ul>
      )}
      {here && <Checks title="This side" checks={checksHere(here)} />}
      <Checks title="The other side" checks={checksThere(there)} />
      {attempt && attempt.pairs.length > 0 && <Ways attempt={attempt} />}
      <div className="mt-6 flex flex-wrap gap-2">
        <CopyButton text={doctorReport(examination)} label="Copy report" variant="secondary" />
        <Button variant="quiet" onClick={onAgain}>
          <RotateCw aria-hidden />
          Test again
        </Button>
      </div>
      <p className="mt-3 text-xs text-muted">
        The report holds kinds of connections and times: no addresses, no names, no keys.
      </p>
    </>
  )
}

function Checks({ title, checks }: { title: string; checks: readonly Check[] }) {
  return (
    <section aria-label={title} className="mt-4 border-t border-line pt-3">
      <h3 className="text-sm font-medium">{title}</h3>
      <dl className="mt-2 grid gap-1.5 text-sm">
        {checks.map(({ what, found, good }) => (
          <div key={what} className="flex items-start gap-2">
            <Mark good={good} />
            <dt className="w-36 shrink-0 text-muted">{what}</dt>
            <dd className="min-w-0 flex-1">{found}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** What a check came to, beside the words that say so. */
function Mark({ good }: { good: boolean | undefined }) {
  const className = 'mt-0.5 size-4 shrink-0'
  if (good === undefined) return <CircleMinus aria-hidden className={`${className} text-muted`} />
  return good ? (
    <CircleCheck aria-hidden className={`${className} text-accent`} />
  ) : (
    <CircleX aria-hidden className={`${className} text-danger`} />
  )
}

function Ways({ attempt }: { attempt: Attempt }) {
  return (
    <details className="mt-4 border-t border-line pt-3">
      <summary className="text-sm font-medium">Ways that were tried</summary>
      <ul className="mt-2 grid gap-1.5 text-sm">
        {attempt.pairs.map((pairs) => {
          const [ends, outcome] = pairWords(pairs)
          return (
            <li key={`${ends} ${pairs.outcome}`} className="flex flex-wrap justify-between gap-x-4">
              <span>{ends}</span>
              <span className="text-muted tabular-nums">{outcome}</span>
            </li>
          )
        })}
      </ul>
    </details>
  )
}
