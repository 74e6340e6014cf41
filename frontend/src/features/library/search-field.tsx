/** Where one says what to look for in the library. `/` leads there. */
import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { Input } from '@/components/ui/input'
import { isField } from '@/lib/is-field'
import { withParameters } from './place'

/** How long nothing is typed before it is looked for, in milliseconds. */
const PAUSE = 200

/** The field; what it says stands in the address once one has stopped typing. */
export function SearchField() {
  const [parameters, setParameters] = useSearchParams()
  const sought = parameters.get('q') ?? ''
  const [text, setText] = useState(sought)
  const [shown, setShown] = useState(sought)
  const field = useRef<HTMLInputElement>(null)
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)

  // The address may lead elsewhere by itself: back, or into a folder.
  if (sought !== shown) {
    setShown(sought)
    if (sought !== text.trim()) setText(sought)
  }

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isField(event.target)) return
      event.preventDefault()
      field.current?.focus()
    }
    window.addEventListener('keydown', press)
    return () => {
      window.removeEventListener('keydown', press)
      clearTimeout(pause.current)
    }
  }, [])

  const look = (text: string) => {
    clearTimeout(pause.current)
    // The first letter is a step of its own to go back from; those after it are not.
    setParameters((before) => withParameters(before, { q: text.trim(), file: '' }), {
      replace: parameters.get('q') !== null,
    })
  }
  const type = (typed: string) => {
    setText(typed)
    clearTimeout(pause.current)
    pause.current = setTimeout(() => look(typed), PAUSE)
  }

  return (
    <form
      role="search"
      className="relative"
      onSubmit={(event) => {
        event.preventDefault()
        look(text)
      }}
    >
      <Search
        aria-hidden
        className="pointer-events-none absolute inset-y-0 start-3 my-auto size-4 text-muted"
      />
      <Input
        ref={field}
        type="search"
        aria-label="Search your files"
        placeholder="Search your files"
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || text === '') return
          event.preventDefault()
          setText('')
          look('')
        }}
        className="ps-9 [&::-webkit-search-cancel-button]:grayscale"
      />
    </form>
  )
}
