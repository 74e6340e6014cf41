/** A menu that drops from a button. */
import { Check } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/lib/class-names'

const ITEM =
  'flex min-h-10 cursor-pointer items-center gap-3 rounded-md px-3 py-2 text-sm outline-none select-none data-disabled:cursor-default data-disabled:opacity-60 data-highlighted:bg-sunken [&_svg]:size-4 [&_svg]:shrink-0'

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactNode
  children: ReactNode
}

/** The menu and its button. */
export function Menu({ trigger, children }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={8}
          collisionPadding={8}
          onCloseAutoFocus={keepOthersFocus}
          // One that was closed just before may give the focus back before this one has taken it.
          onFocusOutside={(event) => event.preventDefault()}
          className="z-50 min-w-48 data-[state=open]:animate-fade rounded-md border border-line bg-surface p-1 shadow-lift"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** The focus goes back to its button a moment after it is gone: not if another has it by then. */
function keepOthersFocus(event: Event): void {
  if (document.activeElement !== document.body) event.preventDefault()
}

/** One thing to do. */
export function MenuItem({ className, ...props }: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item className={cn(ITEM, className)} {...props} />
}

/** A line of text that cannot be chosen. */
export function MenuLabel({ className, ...props }: ComponentProps<typeof DropdownMenu.Label>) {
  return <DropdownMenu.Label className={cn('px-3 py-2 text-sm', className)} {...props} />
}

/** A line between parts. */
export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />
}

/** A set of which one is chosen. */
export const MenuRadioGroup = DropdownMenu.RadioGroup

/** One of the set. */
export function MenuRadioItem({
  children,
  ...props
}: ComponentProps<typeof DropdownMenu.RadioItem>) {
  return (
    <DropdownMenu.RadioItem className={ITEM} {...props}>
      {children}
      <DropdownMenu.ItemIndicator className="ms-auto text-accent">
        <Check aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  )
}
