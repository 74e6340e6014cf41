/** A store of IndexedDB, asked one thing at a time. Used by what is kept beyond a reload. */

/** Where something is kept. */
export interface StorePlace {
  readonly database: string
  readonly store: string
  /** Whether keys are counted up, for values that are put without one. */
  readonly counted?: boolean
}

/** Asks a store, which is made where there is none; what is written is kept once this is fulfilled. */
export async function withinStore<T>(
  { database: name, store, counted = false }: StorePlace,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(name, 1)
  opening.addEventListener('upgradeneeded', () =>
    opening.result.createObjectStore(store, { autoIncrement: counted }),
  )
  const database = await answered(opening)
  try {
    const transaction = database.transaction(store, mode)
    const done = completed(transaction)
    const [result] = await Promise.all([answered(ask(transaction.objectStore(store))), done])
    return result
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

/** A file is copied after it was taken: only when all is done is it kept. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('not kept')))
  })
}
