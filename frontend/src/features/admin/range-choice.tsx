/** Of which time the dashboard tells. */
import { RadioGroup } from 'radix-ui'
import { RANGES } from './range'

interface RangeChoiceProps {
  value: string
  onChange: (key: string) => void
}

/** A row of names, one of which is chosen. */
export function RangeChoice({ value, onChange }: RangeChoiceProps) {
  return (
    <RadioGroup.Root
      aria-label="Time"
      value={value}
      onValueChange={onChange}
      className="flex rounded-md border border-line-strong bg-surface p-0.5"
    >
      {RANGES.map(({ key, label }) => (
        <RadioGroup.Item
          key={key}
          value={key}
          className="h-9 flex-1 rounded-md px-3 text-sm whitespace-nowrap text-muted transition hover:text-ink data-[state=checked]:bg-accent-soft data-[state=checked]:text-ink"
        >
          {label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
}
