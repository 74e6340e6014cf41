/** Where somebody types the code that somebody else said. Part of the room page. */
import { KeyRound } from 'lucide-react'
import { type SyntheticEvent, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Field } from '@/components/ui/field'
import { paths } from '@/lib/paths'
import { CodeJoining, CodeTroubleError } from './engine/code-guest'
import { SignalingClient } from './engine/signaling-client'
import { arrivedByCode } from './arrival'
import { type Code, codeText, parseCode } from './secrecy/code-words'
import { browserRandom } from './secrecy/randomness'
import { codeMistake, codeTrouble } from './words'

/** A field, a button, and what was wrong with what was typed. */
export function CodeEntry({ ownCode }: { ownCode: string | undefined }) {
  const [text, setText] = useState('')
  const { trouble, busy, join } = useJoin(ownCode)
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    join(text)
  }
  return (
    <Card aria-labelledby="code-entry">
      <h2 id="code-entry" className="flex items-center gap-2 font-semibold">
        <KeyRound aria-hidden className="size-5 text-accent" />
        Have a code?
      </h2>
      <p className="mt-1 text-sm text-muted">
        Type what they said to get their files, or to send them yours.
      </p>
      <form noValidate onSubmit={submit} className="mt-4 flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Field
            label="Room code"
            placeholder="4821-orbit-canyon"
            value={text}
            onChange={(event) => setText(event.target.value)}
            error={trouble && `${trouble.what} ${trouble.next}`}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            enterKeyHint="go"
            dir="ltr"
          />
        </div>
        <Button type="submit" variant="secondary" aria-disabled={busy} className="self-start mt-7">
          {busy ? 'Joining …' : 'Join'}
        </Button>
      </form>
    </Card>
  )
}

/** Tries what was typed, one attempt at a time, and goes to the room that it leads to. */
function useJoin(ownCode: string | undefined) {
  const navigate = useNavigate()
  const [trouble, setTrouble] = useState<ReturnType<typeof codeTrouble>>()
  const [busy, setBusy] = useState(false)
  const joining = useRef<CodeJoining>(undefined)
  useEffect(() => () => joining.current?.stop(), [])

  const attempt = async (code: Code) => {
    setBusy(true)
    joining.current = new CodeJoining(code, new SignalingClient(), browserRandom)
    try {
      const { room, key } = await joining.current.run()
      await navigate(`${paths.p2p}/${room}#${key.text()}`, { replace: true, state: arrivedByCode })
    } catch (error) {
      setTrouble(codeTrouble(error instanceof CodeTroubleError ? error.code : 'unreachable'))
      setBusy(false)
    }
  }
  const join = (text: string) => {
    if (busy) return
    setTrouble(undefined)
    const code = parseCode(text)
    if (typeof code === 'string') setTrouble(codeMistake(code))
    else if (codeText(code) === ownCode) setTrouble(codeMistake('own'))
    else void attempt(code)
  }
  return { trouble, busy, join }
}
