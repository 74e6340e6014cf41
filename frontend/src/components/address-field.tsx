/** An address to send, and the button that copies it. Where a link or a request has just been made. */
import { useState } from 'react'
import { CopyButton } from './copy-button'
import { Input } from './ui/input'

/** `label` names the field: "Share link". */
export function AddressField({ label, url }: { label: string; url: string }) {
  const [selected, setSelected] = useState(false)
  return (
    <div className="flex flex-col gap-2 sm:flex-row">
      <Input
        readOnly
        aria-label={label}
        value={url}
        // The whole of it at the first press; a second one may place the cursor.
        onFocus={(event) => {
          if (!selected) event.currentTarget.select()
          setSelected(true)
        }}
      />
      <CopyButton text={url} />
    </div>
  )
}
