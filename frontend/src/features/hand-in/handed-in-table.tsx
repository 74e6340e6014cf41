/** What was handed in, as a table. */
import type { HandedIn } from '@/api/types'
import { HandedInRow } from './handed-in-row'

interface HandedInTableProps {
  /** The file that a mail led to: it stands before all others, and is marked. */
  first: HandedIn | undefined
  rest: readonly HandedIn[]
  /** When they were asked for, in milliseconds since the epoch: ages need not tick. */
  now: number
  onFetch: (file: HandedIn) => Promise<void>
}

/** Narrow screens have two columns, as the library has; nobody's long name takes the button off a wide one. */
export function HandedInTable({ first, rest, now, onFetch }: HandedInTableProps) {
  return (
    <div className="overflow-hidden rounded-md border border-line bg-surface">
      <table className="w-full table-fixed border-collapse text-start">
        <caption className="sr-only">
          {first ? 'Handed in: the file from the mail, then the newest' : 'Handed in, newest first'}
        </caption>
        <Columns />
        <tbody>
          {first && <HandedInRow key={first.id} file={first} now={now} marked onFetch={onFetch} />}
          {rest.map((file) => (
            <HandedInRow key={file.id} file={file} now={now} onFetch={onFetch} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Columns() {
  return (
    <thead className="border-b border-line text-xs text-muted [&_th]:font-medium [&_th]:whitespace-nowrap">
      <tr className="h-10">
        <th scope="col" className="ps-4 text-start">
          Name
        </th>
        <th scope="col" className="hidden w-24 px-4 text-end lg:table-cell">
          Size
        </th>
        <th scope="col" className="hidden w-56 px-4 text-start lg:table-cell xl:w-64">
          From
        </th>
        <th scope="col" className="hidden w-32 px-4 text-start lg:table-cell">
          Handed in
        </th>
        <th scope="col" className="hidden w-52 px-4 text-start lg:table-cell xl:w-64">
          Fetched
        </th>
        <th scope="col" className="w-28">
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  )
}
