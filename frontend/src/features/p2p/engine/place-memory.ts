/**
 * Where unfinished transfers are being saved to, by the names of their folders. A chosen place can be kept in
 * IndexedDB only. Used by `ChosenStore`, `Inbox` and the sweep.
 */
import { type StorePlace, withinStore } from '@/lib/object-store'
import { type ChosenPlace } from './chosen-place'

const PLACES: StorePlace = { database: 'sharesync', store: 'places' }

/** Notes the place of a transfer. */
export async function rememberPlace(transfer: string, place: ChosenPlace): Promise<void> {
  await withinStore(PLACES, 'readwrite', (places) => places.put(place, transfer))
}

/** The place of a transfer, if it is known. */
export async function recallPlace(transfer: string): Promise<ChosenPlace | undefined> {
  // Read back as what this program wrote: no other page of another origin can have.
  return withinStore(
    PLACES,
    'readonly',
    (places) => places.get(transfer) as IDBRequest<ChosenPlace | undefined>,
  )
}

/** Forgets the place of a transfer. Never throws. */
export async function forgetPlace(transfer: string): Promise<void> {
  await withinStore(PLACES, 'readwrite', (places) => places.delete(transfer)).catch(() => undefined)
}
