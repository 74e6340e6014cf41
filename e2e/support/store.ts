/** Where servers under test keep everything: on the home rung a folder, on the server rung services beside it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Bucket } from './bucket.ts'
import { freePort } from './free-port.mjs'
import { Postgres } from './postgres.mjs'
import { Redis } from './redis.ts'
import { limits } from './server.ts'

/** Which of the ladder that docs/ARCHITECTURE.md speaks of: the program alone, or PostgreSQL, a bucket and Redis. */
export type Rung = 'home' | 'server'

/** What one server keeps things in; it outlives the server. */
export interface Store {
  /** Its data folder. */
  readonly folder: string
  /** What the server has to be told of the rest. */
  readonly variables: Readonly<Record<string, string>>
  /** Forgets everything. No server may use it any more. */
  close(): Promise<void>
}

/** Makes stores, each with nothing in it, for a worker. */
export interface Stores {
  open(): Promise<Store>
  /** Stops what they have in common. */
  close(): Promise<void>
}

/** What a worker of that rung needs. */
export async function openStores(rung: Rung): Promise<Stores> {
  if (rung === 'home') return { open: openFolder, close: () => Promise.resolve() }
  const postgres = await Postgres.open()
  return { open: () => openServices(postgres), close: () => postgres.close() }
}

async function openFolder(): Promise<Store> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-e2e-'))
  return { folder, variables: {}, close: () => rm(folder, { recursive: true, force: true }) }
}

/** A limit that nobody comes near: what Redis counts it does count. */
const COUNTED = limits('1000/s')

/** The folder is for what is on its way to the bucket. */
async function openServices(postgres: Postgres): Promise<Store> {
  const parts: { close: () => Promise<void> }[] = []
  const keep = <Part extends { close: () => Promise<void> }>(part: Part): Part => {
    parts.unshift(part)
    return part
  }
  const close = async () => {
    for (const part of parts) await part.close()
  }
  try {
    const { folder } = keep(await openFolder())
    const bucket = keep(await Bucket.open())
    const redis = keep(await Redis.open())
    // A node has to be told where others find it, before it listens.
    const port = String(await freePort())
    const variables = {
      ...COUNTED,
      ...bucket.variables,
      DATABASE_URL: await postgres.createDatabase(),
      REDIS_URL: redis.url,
      PORT: port,
      RELAY_URL: `ws://127.0.0.1:${port}/relay`,
    }
    return { folder, variables, close }
  } catch (error) {
    await close()
    throw error
  }
}
