/** Says what went wrong in words about the person's file or link. Used by every page. */
import { ProblemError } from '@/api/problem'
import type { Problem, ProblemCode } from '@/api/types'
import { formatBytes, formatDuration } from './format'

/** What the failed request was about, where the sentence can name it. */
export interface ProblemSubject {
  /** The size of the file that was sent, in bytes. */
  size?: number
  /** Whether it was about several files at once. */
  several?: boolean
}

type Sentence = string | ((problem: Problem, subject: ProblemSubject) => string)

/** Codes whose best words do not come from the server. Any other is told in the server's own. */
const SENTENCES: Partial<Record<ProblemCode, Sentence>> = {
  unauthenticated: 'You are signed out. Sign in and try again.',
  invalid_credentials: 'That e-mail and password do not go together.',
  second_factor_required: 'Give the code of your authenticator, too.',
  invalid_code: 'That is not the code, or it was used already. Wait for the next one.',
  password_required: 'This link asks for a password.',
  wrong_password: 'That is not the password of this link.',
  email_unverified: 'This address is not confirmed yet. Open the link in the mail we sent to it.',
  account_disabled: 'This account is disabled. Ask whoever runs this server.',
  registration_closed: 'Nobody can register here: whoever runs this server makes its accounts.',
  insufficient_scope: 'This token was made for other things.',
  forbidden: 'You are not allowed to do that.',
  downloads_limited: 'The downloads of this link are counted, so its files are not shown here.',
  no_preview: 'There is no preview of this kind of file.',
  not_found: (_, { several }) =>
    several === true
      ? 'One of these files is not there any more. Reload the page.'
      : 'That is not there any more.',
  quarantined: (_, { several }) =>
    several === true
      ? 'Something harmful was found in one of these files: it is in quarantine.'
      : 'Something harmful was found in this file: it is in quarantine.',
  scan_pending: (_, { several }) =>
    several === true
      ? 'One of these files is still being checked for viruses. Try again in a moment.'
      : 'This file is still being checked for viruses. Try again in a moment.',
  email_taken: 'This e-mail has an account already. Sign in instead?',
  username_taken: 'Somebody has this username already.',
  name_taken: 'Something here has this name already.',
  last_admin: 'Somebody has to administer this server: make somebody else an administrator first.',
  kept_too_long: ({ limit }) =>
    limit === undefined || limit === null
      ? 'Your account may not have this file for so long.'
      : `Your account may have a file for ${formatDuration(limit)} after it is stored, and no longer.`,
  too_many: ({ limit }) =>
    limit === undefined || limit === null
      ? 'There are as many as there may be. Remove one first.'
      : `There are ${limit} already, which is the most. Remove one first.`,
  expired: 'This link has expired.',
  used_up: (_, { several }) =>
    several === true
      ? 'One of these files has been downloaded as often as it was meant to be. Download the others one by one.'
      : 'This link has been used as often as it was meant to be.',
  upload_incomplete: 'Parts of this file did not arrive. Try again.',
  superseded: 'This file is being sent from another page, too.',
  checksum_mismatch: 'What arrived is not what was sent. Try again.',
  too_large: ({ limit }, { size }) =>
    [
      size === undefined ? 'This file is too large' : `This file is ${formatBytes(size)}`,
      limit === undefined || limit === null ? '.' : `; the limit here is ${formatBytes(limit)}.`,
    ].join(''),
  type_mismatch: ({ detail }) => `${detail} If you mean to send it, rename it first.`,
  type_refused: 'Files of this type are not taken here.',
  too_many_pixels: ({ limit }) =>
    limit === undefined || limit === null
      ? 'This picture has too many pixels.'
      : `This picture says that it has more than ${formatNumber(limit)} pixels, which is the most.`,
  archive_bomb: ({ limit }) =>
    limit === undefined || limit === null
      ? 'This archive would unpack to too much.'
      : `This archive would unpack to too much: to more than ${formatBytes(limit)}, to more than a thousand times its size, or to too many files.`,
  weak_password: 'This is a password that others would guess. A few words in a row are harder.',
  empty_file: 'This file is empty: there is nothing to keep.',
  rate_limited: 'That was too often. Wait a moment, then try again.',
  internal: 'Something went wrong on the server. Try again in a moment.',
  damaged: (_, { several }) =>
    several === true
      ? 'The server’s disk has damaged one of these files. Download the others one by one.'
      : 'The server’s disk has damaged this file: it has to be sent again.',
  unavailable: 'The server is busy. Try again in a moment.',
  quota_exceeded: ({ limit }) =>
    limit === undefined || limit === null
      ? 'Your storage is full. Delete something first.'
      : `This does not fit: your storage holds ${formatBytes(limit)}. Delete something first.`,
  out_of_space: 'The server has no space left.',
}

function formatNumber(number: number): string {
  return new Intl.NumberFormat('en').format(number)
}

/** A sentence for a person. */
export function problemWords(error: unknown, subject: ProblemSubject = {}): string {
  if (!(error instanceof ProblemError)) return 'Something went wrong. Try again.'
  if (error.status === 0)
    return 'The server could not be reached. Check the connection and try again.'
  if (error.status === 429 && error.retryAfter !== undefined)
    return `That was too often. Try again in ${formatDuration(error.retryAfter)}.`
  if (!error.problem) return statusWords(error.status)
  const sentence = SENTENCES[error.problem.code]
  if (typeof sentence === 'function') return sentence(error.problem, subject)
  return sentence ?? error.problem.detail
}

/** For answers that are not the server's own, such as a proxy's. */
function statusWords(status: number): string {
  if (status === 413) return 'This file is larger than the server takes.'
  if (status === 429) return 'That was too often. Wait a moment, then try again.'
  if (status >= 500) return 'The server is not answering as it should. Try again in a moment.'
  return 'Something went wrong. Try again.'
}
