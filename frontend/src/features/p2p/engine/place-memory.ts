/**
 * Where unfinished transfers are being saved to, by the names of their folders. A chosen place can be kept in
 * IndexedDB only. Used by `ChosenStore`, `ReceivingRoom` and the sweep.
 */
import { type ChosenPlace } from './chosen-place'

const DATABASE = 'sharesync'
const PLACES = 'places'

/** Notes the place of a transfer. */
export async function rememberPlace(transfer: string, place: ChosenPlace): Promise<void> {
  await within('readwrite', (places) => places.put(place, transfer))
}

/** The place of a transfer, if it is known. */
export async function recallPlace(transfer: string): Promise<ChosenPlace | undefined> {
  // Read back as what this program wrote: no other page of another origin can have.
  return within('readonly', (places) => places.get(transfer) as IDBRequest<ChosenPlace | undefined>)
}

/** Forgets the place of a transfer. Never throws. */
export async function forgetPlace(transfer: string): Promise<void> {
  await within('readwrite', (places) => places.delete(transfer)).catch(() => undefined)
}

async function within<T>(
  mode: IDBTransactionMode,
  ask: (places: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(PLACES))
  const database = await answered(opening)
  try {
    return await answered(ask(database.transaction(PLACES, mode).objectStore(PLACES)))
  } finally {
    database.close()
  }
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('no answer')))
  })
}
