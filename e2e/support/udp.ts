/** Networks that let no UDP through, as a page sees them. */

/** In the page, before its own scripts: ICE finds no candidates, as where UDP is dropped. */
export function blockUdp() {
  const Original = RTCPeerConnection
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      const blocked = !('udpIsOpen' in window)
      super(blocked ? { iceTransportPolicy: 'relay' } : configuration)
    }
  }
}

/** In such a page, later: UDP goes through from now on. */
export function openUdp() {
  Object.assign(window, { udpIsOpen: true })
}
