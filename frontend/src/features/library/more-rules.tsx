/** The rules of a link that are rarely wanted, folded away: how often, and who hears of it. */
import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { CheckLine } from '@/components/ui/check-line'
import { Field } from '@/components/ui/field'

interface MoreRulesProps {
  /** What is there already, where a link is changed; whether it works once is then as it is. */
  share?: { max_downloads?: number | null; one_time: boolean; notify: boolean }
}

/** A line to unfold, and the fields under it. */
export function MoreRules({ share }: MoreRulesProps) {
  const [oneTime, setOneTime] = useState(share?.one_time ?? false)
  const [limit, setLimit] = useState(String(share?.max_downloads ?? ''))
  return (
    <details
      className="group"
      // What is wrong with a field has to be seen.
      onInvalidCapture={(event) => {
        event.currentTarget.open = true
      }}
    >
      <summary className="-my-2 flex cursor-pointer list-none items-center gap-1.5 rounded-md py-2 text-sm font-medium [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 text-muted transition group-open:rotate-90 rtl:-scale-x-100"
        />
        More rules
      </summary>
      <div className="mt-4 flex flex-col gap-6">
        {!share && (
          <CheckLine
            label="One time only"
            name="one_time"
            hint="For one person, each file once."
            checked={oneTime}
            onCheckedChange={(checked) => {
              setOneTime(checked === true)
              setLimit('')
            }}
          />
        )}
        <Field
          label="Download limit (optional)"
          name="max_downloads"
          type="number"
          inputMode="numeric"
          min={1}
          max={1_000_000}
          hint={
            oneTime
              ? 'It works for one person, each file once.'
              : 'How often each file can be downloaded.'
          }
          disabled={oneTime}
          value={oneTime ? '' : limit}
          onChange={(event) => setLimit(event.target.value)}
        />
        <CheckLine
          label="Mail me when a file was fetched"
          name="notify"
          hint="The first time somebody fetches it by this link."
          defaultChecked={share?.notify ?? false}
        />
      </div>
    </details>
  )
}
