/** Adds chosen files to what is sent. Used by the pages that send. */
import { useToast } from '@/components/ui/toast-context'
import type { ChosenFile } from '@/lib/dropped-files'
import { formatCount } from '@/lib/format'
import type { Outbox } from './engine/outbox'

/** Takes files, and says how many were too many. */
export function useAdding(outbox: Outbox): (files: readonly ChosenFile[]) => void {
  const toast = useToast()
  return (files) => {
    const again = outbox.now.getSnapshot().missing.length > 0
    const left = outbox.add(files)
    if (left > 0) {
      const why = again ? 'not what was being sent' : 'that is more than a room takes'
      toast({ title: `${formatCount(left, 'file')} left out: ${why}.` })
    }
  }
}
