/**
 * What signing in and being checked cost: whether twenty sign-ins at once hold up anybody else, what a token and a
 * limit add to a request, and whether an unknown address takes as long as a wrong password. Called by `run.mjs`.
 */
import { Agent, request } from 'node:http'
import { median } from './median.mjs'
import { startServer } from './server-process.mjs'

const SIGN_INS = 20
const GOAL_HEALTH_MS = 50
const GOAL_CHECKED_MS = 0.2
/** Pairs of requests, one checked and one not, in turn. */
const PAIRS = 4000
/** Not counted: what runs for the first time takes longer. */
const TRIAL = 400
const GUESSES = 60

const ACCOUNT = { email: 'bench@example.com', username: 'bench', password: 'correct horse battery' }
/** High enough to be counted and never met. */
const NEVER_MET = { RATE_LIMIT_SHARE_PASSWORD: '1000000/s', RATE_LIMIT_SIGN_IN: 'off' }
/** A link that is not there: both answer 404, and the rest of the way is the same. */
const NOWHERE = '/api/shares/AAAAAAAAAAAAAAAAAAAAAA/download'

/** Measures and prints. */
export async function measureAccounts(binary) {
  const checking = await startServer(binary, { variables: NEVER_MET })
  const plain = await startServer(binary, {
    variables: { ...NEVER_MET, RATE_LIMIT_SHARE_PASSWORD: 'off' },
  })
  try {
    await call(checking.url, '/api/auth/register', ACCOUNT)
    const { body } = await call(checking.url, '/api/auth/login', ACCOUNT)
    await measureSignIns(checking)
    await measureCheck(checking.url, plain.url, JSON.parse(body).access_token)
    await measureGuesses(checking.url)
  } finally {
    await checking.stop()
    await plain.stop()
  }
}

async function measureSignIns({ url }) {
  const rest = await healthWhile(url, pass(1000))
  const started = performance.now()
  const signIns = Array.from({ length: SIGN_INS }, () =>
    call(url, '/api/auth/login', ACCOUNT, {}, new Agent()),
  )
  const busy = await healthWhile(url, Promise.all(signIns))
  const seconds = (performance.now() - started) / 1000
  const statuses = new Set((await Promise.all(signIns)).map(({ status }) => status))
  print(
    `${SIGN_INS} sign-ins at once: ${seconds.toFixed(2)} s, answered ${[...statuses].join(', ')}; health meanwhile p50 ` +
      `${at(busy, 0.5)} ms, p99 ${at(busy, 0.99)} ms of ${busy.length} (goal: below ${GOAL_HEALTH_MS}); ` +
      `at rest p50 ${at(rest, 0.5)}, p99 ${at(rest, 0.99)}`,
  )
}

/** How long `/api/health` takes, asked again and again until something has ended; in milliseconds. */
async function healthWhile(url, something) {
  const agent = new Agent({ keepAlive: true })
  const took = []
  let going = true
  void something.finally(() => (going = false))
  while (going) {
    const started = performance.now()
    await call(url, '/api/health', undefined, {}, agent)
    took.push(performance.now() - started)
  }
  agent.destroy()
  return took.sort((a, b) => a - b)
}

async function measureCheck(checkingUrl, plainUrl, token) {
  const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })]
  const authorized = { authorization: `Bearer ${token}` }
  const [checked, unchecked] = [[], []]
  for (let pair = 0; pair < PAIRS + TRIAL; pair += 1) {
    const checkedMs = await timed(() => call(checkingUrl, NOWHERE, {}, authorized, agents[0]))
    const uncheckedMs = await timed(() => call(plainUrl, NOWHERE, {}, {}, agents[1]))
    if (pair < TRIAL) continue
    checked.push(checkedMs)
    unchecked.push(uncheckedMs)
  }
  for (const agent of agents) agent.destroy()
  const added = median(checked) - median(unchecked)
  print(
    `a checked request (token, role, limit): ${median(checked).toFixed(3)} ms at p50, the same unchecked ` +
      `${median(unchecked).toFixed(3)}: ${added.toFixed(3)} more (goal: below ${GOAL_CHECKED_MS})`,
  )
}

async function measureGuesses(url) {
  const [known, unknown] = [[], []]
  for (let guess = 0; guess < GUESSES; guess += 1) {
    const wrong = { ...ACCOUNT, password: 'not the password' }
    known.push(await timed(() => call(url, '/api/auth/login', wrong)))
    const nobody = { ...wrong, email: 'nobody@example.com' }
    unknown.push(await timed(() => call(url, '/api/auth/login', nobody)))
  }
  print(
    `a wrong password: ${median(known).toFixed(2)} ms, an unknown address: ${median(unknown).toFixed(2)} ms ` +
      `(medians of ${GUESSES})`,
  )
}

async function timed(act) {
  const started = performance.now()
  await act()
  return performance.now() - started
}

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1)
}

const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** One request; a body makes it a POST of JSON. */
function call(url, path, body, headers = {}, agent = undefined) {
  const content = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      {
        agent,
        method: content === undefined ? 'GET' : 'POST',
        headers: {
          ...headers,
          ...(content === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece) => (text += piece))
        response.on('end', () => resolve({ status: response.statusCode, body: text }))
      },
    )
    sent.on('error', reject)
    sent.end(content)
  })
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
