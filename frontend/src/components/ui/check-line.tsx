/** A box to tick with its label beside it, and a hint under that. In forms; a table's boxes stand alone. */
import { type ComponentProps, type ReactNode, useId } from 'react'
import { Checkbox } from './checkbox'

type CheckLineProps = Omit<ComponentProps<typeof Checkbox>, 'id'> & {
  label: string
  /** What ticking it brings, told beforehand. */
  hint?: ReactNode
}

/** Label and box can both be pressed. */
export function CheckLine({ label, hint, ...props }: CheckLineProps) {
  const id = useId()
  return (
    <div className="flex gap-3">
      <Checkbox id={id} aria-describedby={hint ? `${id}-hint` : undefined} {...props} />
      <div className="min-w-0 flex-1">
        <label htmlFor={id} className="block cursor-pointer text-sm leading-5 font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="mt-1 text-sm text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  )
}
