/** Devices nearby: whether to be seen by them, and their faces to send to. Part of the sender's page. */
import { useRef } from 'react'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Switch } from '@/components/ui/switch'
import { cn } from '@/lib/class-names'
import { type ChosenFile, chosenFiles } from '@/lib/dropped-files'
import type { Nearby, NearbyAttempt } from './engine/nearby'
import type { NearbyDevice } from './secrecy/nearby-exchange'
import { PeerFace } from './peer-face'
import { useNearby } from './use-nearby'
import { deviceWords, nearbyOutcome, nearbyRefusal } from './words'

interface NearbyDevicesProps {
  nearby: Nearby
  /** Our id in our own room. */
  self: string | undefined
  /** Files are chosen. */
  ready: boolean
  onAdd: (files: readonly ChosenFile[]) => void
}

/** The switch, and whoever is there. */
export function NearbyDevices({ nearby, self, ready, onAdd }: NearbyDevicesProps) {
  const { now, seen, setSeen } = useNearby(nearby, self)
  const { state, refusal, devices, attempt, outcome } = now
  return (
    <Card aria-label="Nearby">
      <div className="-mt-2">
        <Switch label="Be seen by devices nearby" checked={seen} onChange={setSeen} />
      </div>
      <p className="text-sm text-muted">
        {seen && now.self
          ? `You are seen as ${deviceWords(now.self)} by others on your network who do this, too.`
          : 'See others on your network who do this, too, and send to them without a link.'}
      </p>
      {seen && (
        <div className="mt-4 flex flex-col gap-3 empty:hidden">
          {state === 'refused' && <p className="text-sm">{nearbyRefusal(refusal)}</p>}
          {state === 'on' && devices.length === 0 && (
            <p className="rounded-md bg-sunken p-3 text-sm text-muted">
              Nobody else yet: open this page on another device here, and turn this on there, too.
            </p>
          )}
          {devices.length > 0 && (
            <Faces
              devices={devices}
              asked={attempt?.device.id}
              ready={ready}
              onAdd={onAdd}
              onSend={(device) => nearby.send(device)}
            />
          )}
          {attempt && <Attempt attempt={attempt} onCancel={() => nearby.stop()} />}
        </div>
      )}
      <p aria-live="polite" className="text-sm font-medium not-empty:mt-3">
        {outcome && nearbyOutcome(outcome.device.name, outcome.trouble)}
      </p>
    </Card>
  )
}

interface FacesProps {
  devices: readonly NearbyDevice[]
  /** The one that is being asked; the others wait for that. */
  asked: string | undefined
  ready: boolean
  onAdd: (files: readonly ChosenFile[]) => void
  onSend: (device: NearbyDevice) => void
}

/** Where no files are chosen yet, pressing a face asks for them first. */
function Faces({ devices, asked, ready, onAdd, onSend }: FacesProps) {
  const chooser = useRef<HTMLInputElement>(null)
  const target = useRef<NearbyDevice>(undefined)
  const press = (device: NearbyDevice) => {
    if (asked !== undefined) return
    if (ready) {
      onSend(device)
      return
    }
    target.current = device
    chooser.current?.click()
  }
  return (
    <>
      <ul
        aria-label="Devices nearby"
        className="grid grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] gap-2"
      >
        {devices.map((device) => (
          <li key={device.id} className="flex">
            <button
              type="button"
              aria-label={`Send to ${deviceWords(device)}`}
              aria-disabled={asked !== undefined}
              onClick={() => press(device)}
              className={cn(
                'flex w-full flex-col items-center rounded-md border border-line p-3 text-center transition',
                asked === undefined && 'hover:border-accent hover:bg-accent-soft',
                asked !== undefined && asked !== device.id && 'opacity-50',
                asked === device.id && 'border-accent bg-accent-soft',
              )}
            >
              <PeerFace
                name={device.name}
                className={cn('size-14', asked === device.id && 'animate-breathe')}
              />
              <bdi className="mt-2 text-sm font-medium text-balance">{device.name}</bdi>
              {device.platform !== undefined && (
                <bdi className="text-xs text-muted">{device.platform}</bdi>
              )}
            </button>
          </li>
        ))}
      </ul>
      <input
        ref={chooser}
        hidden
        type="file"
        multiple
        onChange={(event) => {
          const { files } = chosenFiles(event.target.files)
          event.target.value = ''
          const device = target.current
          if (files.length === 0 || !device) return
          onAdd(files)
          onSend(device)
        }}
      />
    </>
  )
}

/** Somebody is being asked. */
function Attempt({ attempt, onCancel }: { attempt: NearbyAttempt; onCancel: () => void }) {
  const { device, words } = attempt
  return (
    <div className="flex flex-col items-center gap-2 rounded-md bg-accent-soft p-4 text-center">
      <div aria-live="polite">
        <p className="font-semibold">
          {words === undefined ? 'Reaching ' : 'Waiting for '}
          <bdi>{device.name}</bdi>
          {words === undefined ? ' …' : ' to accept'}
        </p>
        {words !== undefined && <WordsToCheck words={words} />}
      </div>
      <Button variant="secondary" size="sm" onClick={onCancel}>
        Cancel
      </Button>
    </div>
  )
}

/** The words as both people see them before anything is sent. */
export function WordsToCheck({ words }: { words: string }) {
  return (
    <p className="mt-1 text-sm">
      Check that both screens say{' '}
      <strong className="block font-mono text-lg font-semibold">{words}</strong>
    </p>
  )
}
