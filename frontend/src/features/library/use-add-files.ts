/** Adds chosen files to the upload queue, in the folders that they were in. Used by the pages that take files. */
import { useEffect, useEffectEvent } from 'react'
import { useMe, useServerInfo } from '@/api/account'
import { useToast } from '@/components/ui/toast-context'
import type { Chosen } from '@/lib/dropped-files'
import { formatCount } from '@/lib/format'
import { takeFiles } from '@/lib/handoff'
import { uploadLimits } from '@/lib/uploads/upload-limits'
import type { AddOptions } from '@/lib/uploads/upload-queue'
import { uploads } from './uploads'

/** What adds them; and with them it adds those that home handed over. */
export function useAddFiles(options: Omit<AddOptions, 'paths'>): (chosen: Chosen) => void {
  const { data: server, isFetched: knowsServer } = useServerInfo()
  const { data: me, isFetched: knowsMe } = useMe()
  const toast = useToast()
  const add = ({ files, unreadable }: Chosen) => {
    if (unreadable > 0) toast({ title: `${formatCount(unreadable, 'file')} could not be read.` })
    const adding = uploads.add(
      files.map(({ file }) => file),
      uploadLimits(server, me),
      { ...options, paths: new Map(files.map(({ file, path }) => [file, path])) },
    )
    void adding.then((moving) => {
      const [first, ...more] = moving
      if (!first) return
      const what =
        more.length === 0 ? `${first.name} is` : `${formatCount(moving.length, 'file')} are`
      toast({ title: `${what} being uploaded already.` })
    })
  }
  const takeHandedOver = useEffectEvent(() => {
    const files = takeFiles()
    if (files.length > 0) add({ files, unreadable: 0 })
  })
  // Once the limits are known, or known not to be.
  const knowsLimits = knowsServer && knowsMe
  useEffect(() => {
    if (knowsLimits) takeHandedOver()
  }, [knowsLimits])
  return add
}
