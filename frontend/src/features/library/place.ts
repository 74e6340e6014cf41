/** Where in the library somebody is: a folder or a search, and how it is sorted. All of it stands in the address. */

/** By what files are sorted. */
export type Sort = 'added' | 'name' | 'size'
export type Order = 'asc' | 'desc'

/** What a list shows. */
export interface Place {
  /** The folder; `null` for what lies in none. */
  readonly folderId: string | null
  /** What is looked for, wherever it lies; empty where nothing is. */
  readonly search: string
  readonly sort: Sort
  readonly order: Order
}

const SORTS: readonly Sort[] = ['added', 'name', 'size']

/** In which order a list is at first: the newest, the largest, `a` first. */
export function firstOrder(sort: Sort): Order {
  return sort === 'name' ? 'asc' : 'desc'
}

/** The place that an address leads to. */
export function placeAt(folder: string | undefined, parameters: URLSearchParams): Place {
  const sort = SORTS.find((each) => each === parameters.get('sort')) ?? 'added'
  const order = parameters.get('order')
  return {
    folderId: folder ?? null,
    search: parameters.get('q')?.trim() ?? '',
    sort,
    order: order === 'asc' || order === 'desc' ? order : firstOrder(sort),
  }
}

/** An address's parameters with others in their places; empty ones go. */
export function withParameters(
  parameters: URLSearchParams,
  changes: Readonly<Record<string, string>>,
): URLSearchParams {
  const changed = new URLSearchParams(parameters)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') changed.delete(name)
    else changed.set(name, value)
  }
  return changed
}

/** The parameters of the same list, sorted like that. */
export function sortedBy(parameters: URLSearchParams, sort: Sort, order: Order): URLSearchParams {
  return withParameters(parameters, {
    sort: sort === 'added' ? '' : sort,
    order: order === firstOrder(sort) ? '' : order,
  })
}
