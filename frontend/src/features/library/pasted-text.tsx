/** Text pasted into a page that takes files: it becomes one, under a name that can be changed first. */
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { usePastedText } from '@/components/use-pasted-text'
import { formatBytes } from '@/lib/format'
import { pastedName } from './pasted-name'

/** Nothing until some is pasted; `onFile` takes what it becomes. */
export function PastedText({ onFile }: { onFile: (file: File) => void }) {
  const [text, setText] = useState('')
  usePastedText(setText)
  const size = new Blob([text]).size
  return (
    <Dialog
      open={text !== ''}
      onClose={() => setText('')}
      title="Keep the text as a file"
      description={`What you pasted has ${formatBytes(size)}.`}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          const name = new FormData(event.currentTarget).get('name') as string
          onFile(new File([text], name, { type: 'text/plain' }))
          setText('')
        }}
      >
        <pre className="max-h-40 overflow-hidden rounded-md bg-sunken p-3 font-mono text-xs whitespace-pre-wrap">
          {text.slice(0, 2000)}
        </pre>
        <Field
          label="Name"
          name="name"
          defaultValue={pastedName(new Date())}
          required
          maxLength={255}
        />
        <Button type="submit">Upload</Button>
      </form>
    </Dialog>
  )
}
