/** The button, and whatever should look like one (`asChild` around a link). */
import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from '@/lib/class-names'

const button = cva(
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap transition select-none disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 active:translate-y-px [&_svg]:size-[1.15em] [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        /** The one thing to do on a screen. */
        primary: 'bg-accent text-on-accent hover:bg-accent-strong',
        /** Anything else one may well do. */
        secondary: 'border border-line-strong bg-surface text-ink hover:bg-sunken',
        /** Actions in a row or a corner. */
        quiet: 'text-muted hover:bg-sunken hover:text-ink',
        /** What takes something away. */
        danger: 'border border-danger bg-surface text-danger hover:bg-danger-soft',
      },
      size: {
        sm: 'h-9 px-3 text-sm',
        md: 'h-11 px-4 text-sm',
        lg: 'h-13 px-6 text-base',
        /** A square for one icon; give it an `aria-label`. */
        icon: 'size-10 text-base',
      },
    },
    defaultVariants: { variant: 'primary', size: 'md' },
  },
)

type ButtonProps = ComponentProps<'button'> & VariantProps<typeof button> & { asChild?: boolean }

/** A button. It does not submit a form unless told to (`type="submit"`). */
export function Button({ className, variant, size, asChild = false, ...props }: ButtonProps) {
  const classes = cn(button({ variant, size }), className)
  return asChild ? (
    <Slot.Root className={classes} {...props} />
  ) : (
    <button type="button" className={classes} {...props} />
  )
}
