/**
 * The way through a long list that is given out by pages, each of which says where the next begins: what is known of it
 * so far. A page once known can be asked for again by itself, however far down it is. Used by `use-rows.ts`.
 */

/** Rows a page: as many as the server gives. */
export const PAGE = 200
/** Rows that are shown as being on their way, where nobody has said how many there are. */
const MORE = 20

/** What is known. */
export interface Trail {
  /** Where the pages begin; the first has an empty word for it. */
  readonly cursors: readonly string[]
  /** How many rows the last of them has, where no more comes behind it. */
  readonly last: number | null
}

/** Before anything is known. */
export const START: Trail = { cursors: [''], last: null }

/** What a page says. */
export interface Found {
  readonly items: readonly unknown[]
  readonly next_cursor?: string | null | undefined
}

/** What is known once a page has come; the same trail where it says nothing new. */
export function learn(trail: Trail, page: number, { items, next_cursor }: Found): Trail {
  const { cursors, last } = trail
  if (!next_cursor) {
    if (cursors.length === page + 1 && last === items.length) return trail
    return { cursors: cursors.slice(0, page + 1), last: items.length }
  }
  if (cursors[page + 1] === next_cursor) return trail
  // Where rows came or went before it, those behind have moved: each is put right when it is seen.
  const changed = [...cursors]
  changed[page + 1] = next_cursor
  return { cursors: changed, last: page + 1 < cursors.length ? last : null }
}

/** How many rows the list has, as far as that is known; `told` is what somebody else says. */
export function rowCount({ cursors, last }: Trail, told: number | undefined): number {
  const before = (cursors.length - 1) * PAGE
  return last === null ? Math.max(told ?? 0, before + MORE) : before + last
}

/**
 * The pages to ask for where those rows are in sight (none: `to` before `from`). Behind what is known, the last that is
 * known: it tells of the next.
 */
export function pagesFor({ cursors, last }: Trail, from: number, to: number): number[] {
  if (to < from) return []
  const known = cursors.length - 1
  const first = Math.max(0, Math.floor(from / PAGE))
  const end = Math.floor(to / PAGE)
  if (first > known) return last === null ? [known] : []
  return Array.from({ length: Math.min(end, known) - first + 1 }, (_, n) => first + n)
}
