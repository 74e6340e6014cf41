/** What can be done with a second factor that is on, each by a code: other recovery codes, and turning it off. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { meQuery } from '@/api/account'
import { api, unwrap } from '@/api/client'
import { Dialog } from '@/components/ui/dialog'
import { useToast } from '@/components/ui/toast-context'
import { CodeForm } from './code-form'
import { RECOVERY_WORDS, RecoveryCodeList } from './recovery-codes'

interface SecondFactorDialogProps {
  wanted: 'codes' | 'off'
  onClose: () => void
}

/** The dialog. */
export function SecondFactorDialog({ wanted, onClose }: SecondFactorDialogProps) {
  return wanted === 'off' ? <TurnOff onClose={onClose} /> : <OtherCodes onClose={onClose} />
}

function TurnOff({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const toast = useToast()
  const turnOff = useMutation({
    mutationFn: (code: string) =>
      unwrap(api.POST('/api/me/second-factor/disable', { body: { code } })),
    onSuccess: async () => {
      toast({ title: 'Your second factor is off.' })
      await queries.invalidateQueries({ queryKey: meQuery.queryKey })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title="Turn the second factor off"
      description="Your password alone will be enough to sign in."
    >
      <CodeForm
        submit="Turn off"
        danger
        hint="Of your authenticator, or a recovery code."
        pending={turnOff.isPending}
        error={turnOff.error}
        onCode={turnOff.mutate}
      />
    </Dialog>
  )
}

function OtherCodes({ onClose }: { onClose: () => void }) {
  const replace = useMutation({
    mutationFn: (code: string) =>
      unwrap(api.POST('/api/me/second-factor/recovery-codes', { body: { code } })),
  })
  const codes = replace.data?.recovery_codes
  return (
    <Dialog
      open
      onClose={onClose}
      title={codes ? 'Keep your recovery codes' : 'New recovery codes'}
      description={codes ? RECOVERY_WORDS : 'Those that you have are worth nothing afterwards.'}
      stays={codes !== undefined}
    >
      {codes ? (
        <RecoveryCodeList codes={codes} onDone={onClose} />
      ) : (
        <CodeForm
          submit="Make new codes"
          pending={replace.isPending}
          error={replace.error}
          onCode={replace.mutate}
        />
      )}
    </Dialog>
  )
}
