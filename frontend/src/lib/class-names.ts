/** Joins Tailwind class names; used by every component. */
import { type ClassValue, clsx } from 'clsx'
import { twMerge } from 'tailwind-merge'

/** Joins class names, dropping falsy ones; where two of them set the same property, the last wins. */
export function cn(...classes: ClassValue[]): string {
  return twMerge(clsx(classes))
}
