/**
 * Statistics of a server that has delivered ten million downloads (or `STATISTICS_DOWNLOADS`) within a year: how long a
 * day's million (or `STATISTICS_ENTRIES`) take to be rolled up, and how soon the dashboard's questions are answered after
 * that. On SQLite and on PostgreSQL, or on what `STATISTICS_ON` names. Called by `run.mjs`.
 */
import { setTimeout as pass } from 'node:timers/promises'
import { onEachDatabase } from './databases.mjs'
import { median, percentile } from './median.mjs'
import { startServer } from './server-process.mjs'

const DOWNLOADS = Number(process.env.STATISTICS_DOWNLOADS ?? 10_000_000)
const ENTRIES = Number(process.env.STATISTICS_ENTRIES ?? 1_000_000)
/** Which databases, by a word of their names. */
const ON = new RegExp(process.env.STATISTICS_ON ?? '', 'i')
const REQUESTS = 300
const [GOAL_QUESTION_MS, GOAL_ROLL_UP_S] = [100, 10]
const [HOUR, DAY] = [3600_000, 24 * 3600_000]
/** What is rolled up runs every minute, at this second. */
const AT_SECOND_MS = 30_000
/** What a server counts that is in use: a metric, and by what it is divided. */
const COUNTED = [
  ['uploads', ['']],
  ['download_starts', ['own', 'shared']],
  ['downloads', ['server', 'direct']],
  ['stored', ['image', 'video', 'audio', 'text', 'pdf', 'document', 'archive', 'other']],
  ['registrations', ['']],
  ['active_users', ['']],
  ['scans', ['clean', 'infected']],
  ['purges', ['file', 'upload']],
  [
    'rejections',
    ['unauthenticated', 'rate_limited', 'not_found', 'forbidden', 'expired', 'used_up'],
  ],
].flatMap(([metric, keys]) => keys.map((key) => [metric, key]))

const ADMIN = { email: 'bench@example.com', password: 'correct horse battery' }
const VARIABLES = {
  TURN: 'off',
  RATE_LIMIT_SIGN_IN: 'off',
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
}

/** Measures and prints. */
export async function measureStatistics(binary) {
  await onEachDatabase(ON, (folder, database) => measureOn(binary, folder, database))
}

async function measureOn(binary, folder, database) {
  const variables = { ...VARIABLES, ...database.variables }
  const first = await startServer(binary, { folder, variables })
  await first.stop()
  const started = performance.now()
  await database.execute(year(database))
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  print(`${database.name}: ${DOWNLOADS} downloads of a year entered in ${seconds} s`)
  const server = await startServer(binary, { folder, variables })
  try {
    await rolledUp(database)
    await database.execute(today(database))
    const roll = await rolledUp(database)
    print(
      `${database.name}: ${ENTRIES} entries of a day rolled up in ${roll.toFixed(1)} s (goal: below ${GOAL_ROLL_UP_S} s)`,
    )
    await measureQuestions(server.url, database.name)
  } finally {
    await server.stop()
  }
}

/** A file with its downloads, and what was counted of these and beside them, by the hour. */
function* year({ id, bytes, numbers, anyId, upkeep }) {
  const now = Date.now()
  const [file, object] = ['a', 'b'].map((digit) => id(digit.repeat(32)))
  const account = '(select id from account)'
  yield 'begin'
  yield `insert into object (id, state, created_at) values (${object}, 'live', ${now})`
  yield `insert into file
      (id, account_id, object_id, folder_id, name, name_key, size, sha256, content_type, created_at)
    values (${file}, ${account}, ${object}, ${account}, 'a.txt', 'a.txt', 100, ${bytes('00'.repeat(32))},
      'text/plain', ${now})`
  yield `insert into share (slug, account_id, created_at, notify)
    values ('AAAAAAAAAAAAAAAAAAAAAA', ${account}, ${now}, false)`
  yield `insert into download
      (id, file_id, share_slug, requested_at, url_expires_at, started_at, bytes, completed_at, pieces)
    select ${anyId}, ${file}, case when n % 2 = 0 then 'AAAAAAAAAAAAAAAAAAAAAA' end, at, at, at, 100, at, '0-100'
    from (select n, ${now - 365 * DAY} + n * ${365 * DAY} / ${DOWNLOADS} as at from ${numbers(DOWNLOADS)}) as happened`
  for (const [metric, key] of COUNTED) {
    yield `insert into tally_event (at, metric, key, count, bytes)
      select ${now} - n * ${HOUR}, '${metric}', '${key}', 1 + n % 7, 1000 + n from ${numbers(365 * 24)}`
  }
  yield 'commit'
  yield* upkeep
}

/** What is counted within one day. */
function* today({ numbers }) {
  const now = Date.now()
  for (const [metric, key] of COUNTED) {
    yield `insert into tally_event (at, metric, key, count, bytes)
      select ${now - DAY} + n * ${DAY} / ${ENTRIES}, '${metric}', '${key}', 1, 100
      from ${numbers(Math.round(ENTRIES / COUNTED.length))}`
  }
}

/** Waits until nothing is left to be rolled up. Answers how long that took, in seconds, from its time on. */
async function rolledUp(database) {
  const begins = Math.ceil((Date.now() - AT_SECOND_MS) / 60_000) * 60_000 + AT_SECOND_MS
  await pass(begins - Date.now())
  while ((await database.ask('select count(*) from tally_event')) !== '0') await pass(50)
  return (Date.now() - begins) / 1000
}

async function measureQuestions(url, name) {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const login = await fetch(`${url}/api/auth/login`, { ...post, body: JSON.stringify(ADMIN) })
  const { access_token } = await login.json()
  const headers = { authorization: `Bearer ${access_token}` }
  const span = (days) => {
    const [from, to] = [Date.now() - days * DAY, Date.now()].map((ms) => new Date(ms).toISOString())
    return `from=${from}&to=${to}`
  }
  for (const [what, question] of [
    ['the server as it is', '/api/stats'],
    ['a day by the hour', `/api/stats/timeseries?step=hour&${span(1)}`],
    ['a week', `/api/stats/timeseries?${span(7)}`],
    ['a month', `/api/stats/timeseries?${span(30)}`],
    ['a year', `/api/stats/timeseries?${span(364)}`],
  ]) {
    const times = []
    for (let n = 0; n < REQUESTS; n += 1) {
      const started = performance.now()
      const answer = await fetch(`${url}${question}`, { headers })
      if (!answer.ok) throw new Error(`${question}: ${answer.status} ${await answer.text()}`)
      await answer.json()
      times.push(performance.now() - started)
    }
    const figures = [median(times), percentile(times, 99)].map((ms) => `${ms.toFixed(1)} ms`)
    print(
      `${name}: ${what}: median ${figures[0]}, p99 ${figures[1]} (goal: p99 below ${GOAL_QUESTION_MS} ms)`,
    )
  }
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
