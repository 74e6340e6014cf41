/** Asking for the mail by which one confirms an address. Used at the registration and in the settings. */
import { api, unwrap } from './client'

/** Has another link mailed, if the address waits for one; the server does not tell whether it does. */
export function resendVerification(email: string): Promise<unknown> {
  return unwrap(api.POST('/api/auth/resend-verification', { body: { email } }))
}
