/** A labelled choice of one among a few: the browser's own control, which phones show best. */
import { ChevronDown } from 'lucide-react'
import { type ComponentProps, useId } from 'react'
import { Label } from './label'

type ChoiceProps = Omit<ComponentProps<'select'>, 'id' | 'children'> & {
  /** What is chosen. */
  label: string
  /** What there is to choose from. */
  options: readonly { value: string; label: string }[]
}

/** Label and control. */
export function Choice({ label, options, ...props }: ChoiceProps) {
  const id = useId()
  return (
    <div className="flex flex-col gap-2">
      <Label htmlFor={id}>{label}</Label>
      <div className="relative">
        <select
          id={id}
          className="h-11 w-full appearance-none rounded-md border border-line-strong bg-surface ps-3 pe-10 text-base text-ink transition"
          {...props}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown
          aria-hidden
          className="pointer-events-none absolute end-3 top-1/2 size-4 -translate-y-1/2 text-muted"
        />
      </div>
    </div>
  )
}
