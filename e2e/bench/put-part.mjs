/** Sends a part of an upload where its address says. Used by the parts that upload. */
import { request } from 'node:http'

/** Sends it whole; throws unless it was taken. `headers` are those that came with the address. */
export function putPart({ url, headers = {} }, bytes, agent) {
  return new Promise((resolve, reject) => {
    const all = { ...headers, 'content-length': bytes.length }
    const sent = request(url, { method: 'PUT', agent, headers: all }, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url}: ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(bytes)
  })
}
