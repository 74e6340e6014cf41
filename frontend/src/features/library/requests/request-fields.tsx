/** What can be said of a file request, where one is made and where it is changed. */
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import type { OwnedFileRequest } from '@/api/types'
import { CheckLine } from '@/components/ui/check-line'
import { Choice } from '@/components/ui/choice'
import { Field } from '@/components/ui/field'
import { Label } from '@/components/ui/label'
import { TextArea } from '@/components/ui/text-area'
import { lifetimeChoices } from '../lifetimes'
import { inMegabytes } from './file-size'
import { PasswordChoice } from '../password-choice'
import { TypesField } from './types-field'

/** How long a request may take files, in seconds; an empty value until it is ended. */
const LIFETIMES = [
  { value: '', label: 'Until I end it' },
  { value: '86400', label: 'One day' },
  { value: '259200', label: 'Three days' },
  { value: '604800', label: 'One week' },
  { value: '2592000', label: '30 days' },
  { value: '31536000', label: 'One year' },
]

interface RequestFieldsProps {
  /** What is there already, where one is changed. */
  request?: OwnedFileRequest
  /** Where the files go, where that can be chosen. */
  folder?: ReactNode
}

/** The usual first, the limits folded away. */
export function RequestFields({ request, folder }: RequestFieldsProps) {
  return (
    <>
      <Field
        label="What you ask for"
        name="title"
        autoComplete="off"
        required
        maxLength={100}
        defaultValue={request?.title}
        placeholder="Photos of the trip"
      />
      <Message text={request?.message ?? ''} />
      {folder}
      <Choice
        label="Takes files for"
        name="expires_in"
        options={request ? lifetimeChoices(request.expires_at, LIFETIMES) : LIFETIMES}
      />
      <PasswordChoice of="request" has={request?.password_required ?? false} />
      <CheckLine
        label="Mail me when files have come"
        name="notify"
        defaultChecked={request?.notify ?? true}
      />
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
          Limits
        </summary>
        <div className="mt-4 flex flex-col gap-6">
          <Field
            label="Number of files (optional)"
            name="max_files"
            type="number"
            inputMode="numeric"
            min={1}
            max={1_000_000}
            defaultValue={request?.max_files ?? ''}
            hint="Of all who send some, together."
          />
          <Field
            label="Largest file in MB (optional)"
            name="max_file_size"
            type="number"
            inputMode="decimal"
            min={0.001}
            max={1_000_000_000}
            step="any"
            defaultValue={inMegabytes(request?.max_file_size)}
            hint="Left empty, as large as you may upload yourself."
          />
          <TypesField types={request?.types ?? []} />
        </div>
      </details>
    </>
  )
}

function Message({ text }: { text: string }) {
  const id = useId()
  return (
    <div className="flex flex-col gap-2">
      <Label htmlFor={id}>Message (optional)</Label>
      <TextArea id={id} name="message" rows={2} maxLength={2000} defaultValue={text} />
    </div>
  )
}
