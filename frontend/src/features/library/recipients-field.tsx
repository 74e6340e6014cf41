/** Takes several e-mail addresses; each is shown with a way to take it out again. */
import { X } from 'lucide-react'
import { Field } from '@/components/ui/field'
import type { Recipients } from './use-recipients'

interface RecipientsFieldProps {
  label: string
  hint: string
  recipients: Recipients
  /** Whether somebody has to be named and nobody was. */
  missing?: boolean
}

/** The addresses so far, and the field for more. */
export function RecipientsField({
  label,
  hint,
  recipients,
  missing = false,
}: RecipientsFieldProps) {
  const { list, draft, fault, type, take, remove } = recipients
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={label}
        hint={hint}
        error={fault ?? (missing && list.length === 0 ? 'Name somebody.' : undefined)}
        value={draft}
        inputMode="email"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onPaste={(event) => {
          // A field of one line would join the lines.
          event.preventDefault()
          take(`${draft} ${event.clipboardData.getData('text')}`)
        }}
        onKeyDown={(event) => {
          // Enter in an empty field sends the form, as in any other.
          if (event.key !== 'Enter' || draft.trim() === '') return
          event.preventDefault()
          take(draft)
        }}
      />
      {list.length > 0 && (
        <ul aria-label="Recipients" className="flex flex-wrap gap-2">
          {list.map((address) => (
            <li
              key={address}
              className="flex max-w-full items-center rounded-full bg-sunken ps-3 text-sm"
            >
              <span className="truncate">{address}</span>
              <button
                type="button"
                aria-label={`Remove ${address}`}
                className="flex size-8 shrink-0 items-center justify-center rounded-full text-muted transition hover:text-ink"
                onClick={() => remove(address)}
              >
                <X aria-hidden className="size-4" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
