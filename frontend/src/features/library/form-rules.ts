/** Reads the fields of a link's rules. Used where a link is made and where it is changed. */

/** The fields of a form by their names. */
export function formRules(form: FormData) {
  /** Nothing where it is empty. */
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const number = (name: string) => {
    const value = text(name)
    return value === undefined ? undefined : Number(value)
  }
  // A box that is not ticked is not in the form.
  const ticked = (name: string) => form.has(name)
  return { text, number, ticked }
}
