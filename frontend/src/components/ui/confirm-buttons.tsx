/** The end of a dialog that asks before what cannot be undone. What can be is done, and Undo offered instead. */
import type { ReactNode } from 'react'
import { Button } from './button'
import { Notice } from './notice'

interface ConfirmButtonsProps {
  /** What the button says that does it. */
  action: string
  /** Whether it is being done. */
  pending: boolean
  /** Why it could not be done. */
  problem: ReactNode
  onConfirm: () => void
  /** Called when it is left as it is. */
  onLeave: () => void
}

/** The two ways on, and above them why the first one failed. */
export function ConfirmButtons(props: ConfirmButtonsProps) {
  return (
    <div className="flex flex-col gap-4">
      {props.problem && <Notice tone="danger">{props.problem}</Notice>}
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button variant="secondary" onClick={props.onLeave}>
          Leave it
        </Button>
        <Button variant="danger" disabled={props.pending} onClick={props.onConfirm}>
          {props.action}
        </Button>
      </div>
    </div>
  )
}
