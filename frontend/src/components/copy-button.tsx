/** Copies an address and says so. Used wherever a link is shown. */
import { Check, Copy } from 'lucide-react'
import { type ComponentProps, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useToast } from '@/components/ui/toast-context'
import { copyText } from '@/lib/clipboard'

/** How long it says "Copied", in milliseconds. */
const COPIED_FOR = 2000

type CopyButtonProps = Omit<ComponentProps<typeof Button>, 'onClick' | 'children'> & {
  /** What to copy. */
  text: string
  /** What the button says before; "Copy link" unless given. */
  label?: string
}

/** A button reading "Copy link" that reads "Copied" for a moment after it was pressed. */
export function CopyButton({ text, label = 'Copy link', ...props }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  const toast = useToast()

  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_FOR)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = async () => {
    const done = await copyText(text)
    setCopied(done)
    if (!done) {
      toast({ title: 'The browser did not allow copying.', description: text, tone: 'danger' })
    }
  }

  return (
    <Button {...props} onClick={() => void copy()}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{copied ? 'Copied' : label}</span>
    </Button>
  )
}
