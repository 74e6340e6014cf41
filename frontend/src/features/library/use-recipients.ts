/** The recipients that are being named in a form, and what is still in the field. */
import { useState } from 'react'
import { formatCount } from '@/lib/format'
import { MOST_RECIPIENTS, readRecipients, withRecipients } from './recipients'

/** What a `RecipientsField` shows and does. */
export interface Recipients {
  list: readonly string[]
  /** What is in the field and no recipient yet. */
  draft: string
  /** Why it could not be taken. */
  fault: string | undefined
  type: (text: string) => void
  /** Takes all addresses out of a text; what is none stays in the field. Nothing where not all could be taken. */
  take: (text: string) => readonly string[] | undefined
  remove: (address: string) => void
}

/** Starts with nobody; `most` is how many there may be. */
export function useRecipients(most = MOST_RECIPIENTS): Recipients {
  const [list, setList] = useState<readonly string[]>([])
  const [draft, setDraft] = useState('')
  const [fault, setFault] = useState<string>()
  const take = (text: string) => {
    const { addresses, rest } = readRecipients(text)
    const next = withRecipients(list, addresses)
    if (next.length > most) {
      setDraft(text)
      setFault(`There can be ${formatCount(most, 'recipient')} here at most.`)
      return undefined
    }
    setList(next)
    setDraft(rest.join(' '))
    setFault(rest.length > 0 ? `${rest.join(', ')} is no e-mail address.` : undefined)
    return rest.length > 0 ? undefined : next
  }
  const type = (text: string) => {
    setFault(undefined)
    if (/[,;]\s*$/.test(text)) take(text)
    else setDraft(text)
  }
  const remove = (address: string) => {
    setFault(undefined)
    setList(list.filter((other) => other !== address))
  }
  return { list, draft, fault, type, take, remove }
}
