/**
 * coturn, as an operator would run it beside the server (docs/OPERATIONS.md): with a secret that both know.
 * Used by the stories about bad networks.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const PORT = 3478
const TLS_PORT = 5349

/** How it is reached. @typedef {'udp' | 'tcp' | 'tls'} Transport */

/**
 * A coturn that runs.
 * @typedef {object} Coturn
 * @property {Record<string, string>} variables What the server has to be told of it.
 * @property {string[]} browserWords What browsers have to be told, for nobody vouches for its certificate.
 */

/**
 * Starts it; it ends with the machine.
 * @param {import('./namespaces.mjs').Machine} machine
 * @param {string} address The machine's.
 * @param {Transport} transport The only one that it takes.
 * @returns {Promise<Coturn>}
 */
export async function startCoturn(machine, address, transport) {
  const secret = randomBytes(32).toString('base64url')
  const folder = mkdtempSync(path.join(tmpdir(), 'sharesync-coturn-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const words = [
    '-n',
    `--listening-ip=${address}`,
    `--relay-ip=${address}`,
    `--listening-port=${PORT}`,
    `--tls-listening-port=${TLS_PORT}`,
    '--use-auth-secret',
    `--static-auth-secret=${secret}`,
    '--realm=laboratory',
    '--fingerprint',
    '--no-cli',
    '--log-file=stdout',
    `--pidfile=${path.join(folder, 'pid')}`,
    `--userdb=${path.join(folder, 'users')}`,
    ...(transport === 'udp' ? ['--no-tcp'] : ['--no-udp']),
    ...(transport === 'tls'
      ? ['--no-dtls', ...certificate(folder, address)]
      : ['--no-tls', '--no-dtls']),
  ]
  // It complains where the kernel has no SCTP, which nobody here uses.
  const child = machine.spawn('turnserver', words, { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('DB connection success')) break
  }
  child.stdout.resume()
  return {
    browserWords: transport === 'tls' ? ['--ignore-certificate-errors'] : [],
    variables: { TURN_PORT: '', TURN_URLS: url(address, transport), TURN_SECRET: secret },
  }
}

/** @param {string} address @param {Transport} transport */
function url(address, transport) {
  return transport === 'tls'
    ? `turns:${address}:${TLS_PORT}?transport=tcp`
    : `turn:${address}:${PORT}?transport=${transport}`
}

/** A certificate that nobody vouches for. */
function certificate(folder, address) {
  const [key, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')]
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
  ]
  const subject = ['-subj', `/CN=${address}`, '-addext', `subjectAltName=IP:${address}`]
  const { status, stderr } = spawnSync('openssl', [
    ...words,
    ...subject,
    '-keyout',
    key,
    '-out',
    file,
  ])
  if (status !== 0) throw new Error(`openssl: ${stderr}`)
  return [`--cert=${file}`, `--pkey=${key}`]
}
