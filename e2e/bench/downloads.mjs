/**
 * How fast a stored file comes beside the same bytes from nginx, which hands them to the kernel; both fetched by curl, in
 * turn. Called by `run.mjs`.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../support/free-port.mjs'
import { median } from './median.mjs'
import { randomFile } from './random-file.mjs'
import { startServer } from './server-process.mjs'

const GIBIBYTE = 2 ** 30
const ROUNDS = 7
const GOAL_RATIO = 0.9

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
const ROOMY = {
  MAX_CONTENT_LENGTH: String(2 * GIBIBYTE),
  USER_QUOTA: String(4 * GIBIBYTE),
  RATE_LIMIT_DOWNLOAD: 'off',
}

/** Measures and prints. */
export async function measureDownloads(binary) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-nginx-'))
  const file = await randomFile(path.join(folder, 'bench.bin'), GIBIBYTE)
  const server = await startServer(binary, { variables: ROOMY })
  const nginx = await startNginx(folder)
  try {
    const product = await stored(server.url, file)
    await fetchBy(product)
    await fetchBy(nginx.url)
    const [ours, theirs] = [[], []]
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(GIBIBYTE / 1e6 / (await fetchBy(product)))
      theirs.push(GIBIBYTE / 1e6 / (await fetchBy(nginx.url)))
    }
    const ratios = ours.map((speed, round) => speed / theirs[round])
    print(
      `1 GiB down: ${median(ours).toFixed(0)} MB/s, nginx ${median(theirs).toFixed(0)}: ` +
        `${percent(median(ratios))} of it (${ratios.map(percent).join(', ')}; goal: ${percent(GOAL_RATIO)})`,
    )
  } finally {
    await server.stop()
    await nginx.stop()
    await rm(folder, { recursive: true })
  }
}

/** Stores a file; answers an address that it is fetched by. */
async function stored(url, file) {
  const login = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const body = JSON.stringify(ACCOUNT)
  await fetch(`${url}/api/auth/register`, { ...login, body })
  const { access_token: token } = await (
    await fetch(`${url}/api/auth/login`, { ...login, body })
  ).json()
  const authorized = `authorization: Bearer ${token}`
  const sent = await run('curl', [
    '-sSf',
    '-H',
    authorized,
    '-F',
    `file=@${file}`,
    `${url}/api/upload`,
  ])
  const { id } = JSON.parse(sent)
  const about = await run('curl', ['-sSf', '-H', authorized, `${url}/api/files/${id}`])
  return JSON.parse(about).download_url
}

/** Fetches all of it; in seconds. */
async function fetchBy(url) {
  return Number(await run('curl', ['-sSf', '-o', '/dev/null', '-w', '%{time_total}', url]))
}

async function run(program, words) {
  const { stdout } = await promisify(execFile)(program, words)
  return stdout
}

/** An nginx of Debian's that serves a folder, on a port of its own. */
async function startNginx(folder) {
  const port = await freePort()
  const configuration = `
    daemon off; user root; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
    events {}
    http {
      access_log off; sendfile on; tcp_nopush on;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      server { listen 127.0.0.1:${port}; root ${folder}; }
    }`
  await writeFile(path.join(folder, 'nginx.conf'), configuration)
  const child = spawn('/usr/sbin/nginx', ['-c', path.join(folder, 'nginx.conf')], {
    stdio: 'inherit',
  })
  const url = `http://127.0.0.1:${port}/bench.bin`
  while (!(await fetch(url, { method: 'HEAD' }).catch(() => null))) await pass(20)
  return {
    url,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

function percent(ratio) {
  return `${(ratio * 100).toFixed(0)} %`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
