/** What people in the room write to each other. Part of both sides of the room page. */
import { Check, SendHorizontal } from 'lucide-react'
import { type KeyboardEvent, type SyntheticEvent, useEffect, useRef, useState } from 'react'
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { TextArea } from '@/components/ui/text-area'
import { cn } from '@/lib/class-names'
import { canBeSaid, type Said, type Talk } from './engine/talk'
import { peerName } from './peer-look'
import { usePastedText } from '@/components/use-pasted-text'
import { useSnapshot } from './use-room'

interface TalkCardProps {
  talk: Talk
  /** What a member is called here, where that is not the name its id gives. */
  nameOf?: (id: string) => string
  /** Nobody who is there could read more. */
  over?: boolean
  /** Takes what is too long for a message as a file, where files can be taken. */
  onFile?: ((file: File) => void) | undefined
}

/** What was written, and a place to write; nothing where there is neither. */
export function TalkCard({ talk, nameOf = peerName, over = false, onFile }: TalkCardProps) {
  const { said } = useSnapshot(talk.now)
  const writes = !over && talk.hasRoom
  if (said.length === 0 && !writes) return null
  return (
    <Card aria-label="Messages" className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {said.length > 0 && <Log said={said} nameOf={nameOf} />}
      {writes && <Writing onSay={(text) => talk.say(text)} onFile={onFile} />}
      {!over && !talk.hasRoom && (
        <p className="text-sm text-muted">
          That was the last message this room takes from you. Send more as a file.
        </p>
      )}
    </Card>
  )
}

function Log({ said, nameOf }: { said: readonly Said[]; nameOf: (id: string) => string }) {
  const log = useRef<HTMLDivElement>(null)
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight })
  }, [said.length])
  return (
    <div
      ref={log}
      role="log"
      aria-label="What was written"
      className="-m-2 grid max-h-80 grid-cols-[minmax(0,1fr)] gap-3 overflow-y-auto p-2"
    >
      {said.map((one) => (
        <Text
          key={`${one.from} ${one.id}`}
          said={one}
          from={one.from === undefined ? undefined : nameOf(one.from)}
        />
      ))}
    </div>
  )
}

/** `from` names who wrote it; undefined for us. */
function Text({ said: { text, heardBy }, from }: { said: Said; from: string | undefined }) {
  const ours = from === undefined
  return (
    <div className={cn('flex max-w-[85%] flex-col gap-1', ours && 'items-end justify-self-end')}>
      <p className="text-xs text-muted">
        <bdi>{from ?? 'You'}</bdi>
      </p>
      <div className="flex items-start gap-2">
        <p
          dir="auto"
          className={cn(
            'min-w-0 rounded-md px-3 py-2 text-sm wrap-anywhere whitespace-pre-wrap',
            ours ? 'bg-accent-soft' : 'bg-sunken',
          )}
        >
          {text}
        </p>
        {!ours && <CopyButton text={text} label="Copy" variant="secondary" size="sm" />}
      </div>
      {ours && <Delivery to={heardBy.length} />}
    </div>
  )
}

function Delivery({ to }: { to: number }) {
  if (to === 0) return <p className="text-xs text-muted">Not delivered yet</p>
  return (
    <p className="flex items-center gap-1 text-xs text-muted">
      <Check aria-hidden className="size-3.5 text-accent" />
      {to === 1 ? 'Delivered' : `Delivered to ${to} people`}
    </p>
  )
}

interface WritingProps {
  onSay: (text: string) => void
  onFile: TalkCardProps['onFile']
}

function Writing({ onSay, onFile }: WritingProps) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  usePastedText((pasted) => {
    setText((before) => before + pasted)
    field.current?.focus()
  })
  const tooLong = text.trim() !== '' && !canBeSaid(text)
  const submit = () => {
    if (tooLong && !onFile) return
    if (tooLong) onFile?.(new File([text], 'message.txt', { type: 'text/plain' }))
    else if (canBeSaid(text)) onSay(text)
    setText('')
  }
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault()
    submit()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes, Enter is its own.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  return (
    <form onSubmit={onSubmit} className="grid gap-2">
      <div className="flex items-end gap-2">
        <TextArea
          ref={field}
          aria-label="Message"
          placeholder="Write a message"
          dir="auto"
          value={text}
          aria-invalid={tooLong && !onFile ? true : undefined}
          aria-describedby={tooLong ? 'message-too-long' : undefined}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          enterKeyHint="send"
        />
        {tooLong && onFile ? (
          <Button type="submit" variant="secondary">
            Add as a file
          </Button>
        ) : (
          <Button
            type="submit"
            variant="secondary"
            size="icon"
            className="size-11"
            aria-label="Send message"
          >
            <SendHorizontal aria-hidden className="rtl:-scale-x-100" />
          </Button>
        )}
      </div>
      {tooLong && (
        <p id="message-too-long" role="alert" className="text-sm text-muted">
          That is more than a message takes.
        </p>
      )}
    </form>
  )
}
