/** Says why there can be no laboratory on this machine, and then ends with 1. `make` asks it. */
import { obstacle } from './namespaces.mjs'

const reason = obstacle()
if (reason) {
  process.stderr.write(`Without the network laboratory: ${reason}\n`)
  process.exitCode = 1
}
