/** Recovery codes that were made just now. Used by the dialogs about the second factor. */
import { CopyButton } from '@/components/copy-button'
import { Button } from '@/components/ui/button'

interface RecoveryCodesProps {
  codes: readonly string[]
  onDone: () => void
}

/** What a dialog holds then. */
export function RecoveryCodeList({ codes, onDone }: RecoveryCodesProps) {
  return (
    <div className="flex flex-col gap-6">
      <ul
        aria-label="Recovery codes"
        className="grid grid-cols-1 gap-x-6 gap-y-1 rounded-md bg-sunken p-4 font-mono text-sm sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-col gap-2 sm:flex-row">
        <CopyButton text={codes.join('\n')} label="Copy the codes" />
        <Button variant="secondary" onClick={onDone}>
          I have kept them
        </Button>
      </div>
    </div>
  )
}

/** What is said above them. */
export const RECOVERY_WORDS =
  'Keep them where you find them when your authenticator is lost: each lets you in once. They are not shown again.'
