/**
 * Gives memory back at once. What a transfer is done with is soon as large as what the browser lets lie before it
 * collects (64 MiB in Chromium), and collecting it holds up the page. Used where blocks are put together.
 */

/**
 * Takes the memory of buffers, which are empty from now on. They go with a message to a port that is closed, and so to
 * nobody: in Chromium, `ArrayBuffer.prototype.transfer` and `structuredClone` leave them to the collector.
 */
export function discard(buffers: Iterable<ArrayBuffer>): void {
  const { port1, port2 } = new MessageChannel()
  port2.close()
  port1.postMessage(null, [...new Set(buffers)])
  port1.close()
}
