/** A token that was made just now, and what to type to use it. */
import { useState } from 'react'
import type { IssuedApiToken } from '@/api/types'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { type TokenExample, tokenExamples } from './token-examples'

/** What the dialog holds then. */
export function IssuedToken({ issued, onDone }: { issued: IssuedApiToken; onDone: () => void }) {
  const examples = tokenExamples(issued.token, issued.scopes, window.location.origin)
  return (
    <div className="flex flex-col gap-6">
      <TokenField token={issued.token} />
      {examples.length > 0 && (
        <section aria-labelledby="token-examples">
          <h3 id="token-examples" className="text-sm font-medium">
            Try it in a terminal
          </h3>
          <ul className="mt-2 flex flex-col gap-4">
            {examples.map((example) => (
              <Example key={example.title} example={example} />
            ))}
          </ul>
        </section>
      )}
      <Button variant="secondary" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}

function TokenField({ token }: { token: string }) {
  const [selected, setSelected] = useState(false)
  return (
    <div className="flex flex-col gap-2 sm:flex-row">
      <Input
        readOnly
        aria-label="Token"
        value={token}
        className="font-mono text-sm leading-6"
        // The whole of it at the first press; a second one may place the cursor.
        onFocus={(event) => {
          if (!selected) event.currentTarget.select()
          setSelected(true)
        }}
      />
      <CopyButton text={token} label="Copy token" />
    </div>
  )
}

function Example({ example: { title, command, note } }: { example: TokenExample }) {
  return (
    <li>
      <div className="flex items-center justify-between gap-4">
        <h4 className="text-sm text-muted">{title}</h4>
        <CopyButton
          text={command}
          label="Copy"
          aria-description={title}
          variant="quiet"
          size="sm"
        />
      </div>
      <pre className="rounded-md bg-sunken p-3 font-mono text-xs break-all whitespace-pre-wrap">
        <code>{command}</code>
      </pre>
      {note && <p className="mt-1 text-xs text-muted">{note}</p>}
    </li>
  )
}
