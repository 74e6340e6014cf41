/** How long a link may last, or a request. Used where one is made and where it is changed. */
import { formatDateTime } from '@/lib/format'
import { KEEP } from './link-changes'

/** One lifetime to choose. */
interface Lifetime {
  /** Seconds; empty for as long as may be. */
  value: string
  label: string
}

/** How long a link may last; an empty value lasts as long as its files. */
export const LIFETIMES: readonly Lifetime[] = [
  { value: '', label: 'As long as the files are kept' },
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '259200', label: 'Three days' },
  { value: '604800', label: 'One week' },
]

/** What there is to choose from for one that ends at a time, or never: first of all, to leave it as it is. */
export function lifetimeChoices(
  expiresAt: number | null | undefined,
  lifetimes: readonly Lifetime[],
): Lifetime[] {
  if (typeof expiresAt !== 'number') {
    return lifetimes.map((choice) =>
      choice.value === '' ? { ...choice, value: KEEP } : fromNow(choice),
    )
  }
  const kept = { value: KEEP, label: `Until ${formatDateTime(expiresAt)}, as it is` }
  return [kept, ...lifetimes.map((choice) => (choice.value === '' ? choice : fromNow(choice)))]
}

function fromNow(choice: Lifetime): Lifetime {
  return { ...choice, label: `${choice.label} from now` }
}
