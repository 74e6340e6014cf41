/** What this page drew at random when it was loaded, so that others can tell it from the page it was before. */

import { toBase64url } from '../secrecy/base64url'
import { browserRandom } from '../secrecy/randomness'

/** 128 random bits as 22 characters of base64url. */
export const PAGE_NONCE = toBase64url(browserRandom(16))
