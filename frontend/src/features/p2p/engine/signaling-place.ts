/**
 * Where the signaling service is. A part of the server that sent this page, unless that wrote into the page that
 * it runs apart (`backend/src/http/assets.rs`): then it is where that says, and lets in who brings a ticket of
 * the server's. Used by `SignalingClient`.
 */
import * as v from 'valibot'

const apart = document.querySelector<HTMLMetaElement>('meta[name="signaling"]')

/** The origin that it is reached at. */
export const SIGNALING_ORIGIN =
  apart && apart.content !== '' ? apart.content : window.location.origin

/** Where its relay is, if it does not say itself: beside it, encrypted as it is. */
export const RELAY_URL = `${SIGNALING_ORIGIN.replace(/^http/, 'ws')}/relay`

const access = v.object({ ticket: v.exactOptional(v.string()) })

/** What it is to be shown on entering: a fresh ticket each time, where it asks for any. */
export async function signalingAuth(): Promise<{ ticket?: string }> {
  if (!apart) return {}
  try {
    const answer = await fetch('/api/signaling')
    return v.parse(access, await answer.json())
  } catch {
    // Without one it will say no, and we come again.
    return {}
  }
}
