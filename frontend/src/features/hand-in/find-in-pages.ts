/** Finds one row of a list that comes in pages. For the file that a mail leads to, which may be an old one. */

/** A page of rows, as the API's lists have them. */
interface Page<Row> {
  items: readonly Row[]
  next_cursor?: string | null
}

/** Asks for page after page until the row is there; `null` where it is on none. */
export async function findInPages<Row extends { id: string }>(
  id: string,
  pageAt: (cursor: string | undefined) => Promise<Page<Row>>,
): Promise<Row | null> {
  let cursor: string | undefined
  do {
    const { items, next_cursor } = await pageAt(cursor)
    const found = items.find((row) => row.id === id)
    if (found) return found
    cursor = next_cursor ?? undefined
  } while (cursor !== undefined)
  return null
}
