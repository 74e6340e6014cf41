/** What a file request takes, seen before anything is sent. */
import type { FileRequestTerms } from '@/api/types'
import { formatCount, formatDateTime } from '@/lib/format'
import { takenSize, takenTypes } from './terms-words'

interface RequestTermsProps {
  terms: FileRequestTerms
  /** How many files it takes still, where that is limited. */
  left: number | undefined
  /** When it takes nothing more, if ever. */
  expiresAt: number | null | undefined
}

/** A line for each. */
export function RequestTerms({ terms, left, expiresAt }: RequestTermsProps) {
  const facts = [
    ['Size', takenSize(terms)],
    ['Types', takenTypes(terms)],
    ['How many', left === undefined ? undefined : formatCount(left, 'more file')],
    ['Until', typeof expiresAt === 'number' ? formatDateTime(expiresAt) : undefined],
  ]
  return (
    <dl
      aria-label="What is taken"
      className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm sm:gap-x-6"
    >
      {facts.map(
        ([term, value]) =>
          value !== undefined && (
            <div key={term} className="contents">
              <dt className="text-muted">{term}</dt>
              <dd className="min-w-0 break-words">{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
