/** Whether what is uploaded goes to the operators. On the upload page. */
import { CheckLine } from '@/components/ui/check-line'

interface HandInChoiceProps {
  checked: boolean
  onChange: (checked: boolean) => void
}

/** For whoever keeps files here: they may give one away as well. */
export function HandInChoice({ checked, onChange }: HandInChoiceProps) {
  return (
    <CheckLine
      label="Hand in to the operators"
      hint="They are told by mail, and can fetch it. It stays among your files, too."
      checked={checked}
      onCheckedChange={(state) => onChange(state === true)}
    />
  )
}

/** For whoever only sends files in: there is nothing to choose. */
export function GoesToOperators() {
  return (
    <p className="text-base">
      What you upload here goes to the operators. They are told by mail, and fetch it.
    </p>
  )
}
