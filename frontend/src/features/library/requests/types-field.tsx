/** Which types of files a request takes: some of the usual, and whatever is named besides. */
import { useState } from 'react'
import { CheckLine } from '@/components/ui/check-line'
import { Field } from '@/components/ui/field'
import { besidePresets, hasPreset, TYPE_PRESETS } from '@/lib/type-words'
import { namedTypes } from './named-types'

interface TypesFieldProps {
  /** What it takes already. */
  types: readonly string[]
}

/** Boxes, and a field. Where nothing is chosen all are taken. */
export function TypesField({ types }: TypesFieldProps) {
  const [error, setError] = useState<string>()
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="text-sm font-medium">Types</legend>
      <p className="text-sm text-muted">All are taken where none is chosen.</p>
      <div className="grid grid-cols-2 gap-x-4 gap-y-4 py-1">
        {TYPE_PRESETS.map((preset) => (
          <CheckLine
            key={preset.name}
            label={preset.name.charAt(0).toUpperCase() + preset.name.slice(1)}
            name="types"
            value={preset.name}
            defaultChecked={hasPreset(types, preset)}
          />
        ))}
      </div>
      <Field
        label="Other types (optional)"
        name="other_types"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={2000}
        defaultValue={besidePresets(types).join(', ')}
        hint="Media types with commas between them, such as application/zip or model/*."
        error={error}
        onChange={({ target }) => {
          setError(undefined)
          target.setCustomValidity(fault(target.value) ?? '')
        }}
        onBlur={({ target }) => setError(fault(target.value))}
      />
    </fieldset>
  )
}

function fault(text: string): string | undefined {
  const { wrong } = namedTypes(text)
  return wrong === undefined ? undefined : `“${wrong}” is no media type.`
}
