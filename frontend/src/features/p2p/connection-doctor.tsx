/** Where the doctor is asked for. Used by both sides' transfers. */
import { Stethoscope } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import type { Patient } from './engine/doctor'
import { DoctorDialog } from './doctor-dialog'

/** The dialog to put on the page, and what opens it. It is never loaded late: it is for when networks fail. */
export function useDoctor(patient: Patient) {
  const [open, setOpen] = useState(false)
  return {
    ask: () => setOpen(true),
    dialog: open && <DoctorDialog patient={patient} onClose={() => setOpen(false)} />,
  }
}

/** For a connection that failed. */
export function FindOutWhy({ onAsk }: { onAsk: () => void }) {
  return (
    <Button variant="secondary" aria-haspopup="dialog" onClick={onAsk}>
      <Stethoscope aria-hidden />
      Find out why
    </Button>
  )
}
