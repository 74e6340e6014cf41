/** What a provider's sign-in came back with (`?problem=`), in words. Used by the sign-in page. */

const SENTENCES: Readonly<Record<string, string>> = {
  expired: 'That took too long, or was begun in another browser. Try again.',
  email_unverified: 'They have not confirmed your e-mail address, so it cannot be used here.',
  account_disabled: 'This account is disabled. Ask whoever runs this server.',
  registration_closed: 'You have to be invited to have an account here.',
  unavailable: 'They do not answer at the moment. Try again, or sign in with your password.',
}

/** A sentence for a person; nothing where nothing went wrong. */
export function providerProblem(code: string | null): string | undefined {
  if (code === null) return undefined
  return SENTENCES[code] ?? 'Signing in there did not work. Try again.'
}
