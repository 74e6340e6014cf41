/** A bucket of the benchmark's own, in a process and a folder of its own, for servers to keep files in. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startServer } from './server-process.mjs'

/** What it is called. */
const NAME = 'files'
/** What stands for a multipart upload in the folder, and for a part of one. */
const MULTIPART = /^\.upload-(.+)\.json$/
const PART = /^\.upload_id-(.+)\.part-\d+$/

/** Starts one with nothing in it: the program that was built with this server. */
export async function startBucket(serverBinary) {
  const program =
    process.env.SHARESYNC_TEST_BUCKET_BIN ??
    path.join(path.dirname(serverBinary), 'sharesync-test-bucket')
  const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-bench-bucket-'))
  const key = { S3_ACCESS_KEY: 'bench', S3_SECRET_KEY: randomUUID(), S3_BUCKET_NAME: NAME }
  const variables = { ...key, S3_FOLDER: folder }
  const { url, pid, stop } = await startServer(program, { folder, variables })
  return {
    /** Where it is; as an origin. */
    url,
    /** For a server that shall keep files in it. */
    variables: { ...key, S3_ENDPOINT: url },
    /** How many objects it has. */
    async objects() {
      const objects = path.join(folder, NAME, 'objects')
      return (await readdir(objects).catch(() => [])).length
    },
    /** The multipart uploads under way, with how many parts each has. */
    async multiparts() {
      const found = new Map()
      for (const name of await readdir(folder)) {
        const [id, parts] = [MULTIPART.exec(name)?.[1], PART.exec(name)?.[1]]
        if (id) found.set(id, found.get(id) ?? 0)
        if (parts) found.set(parts, (found.get(parts) ?? 0) + 1)
      }
      return found
    },
    /** From now on it refuses connections, and there are none. */
    pause: () => process.kill(pid, 'SIGUSR1'),
    /** It is there again, as it was. */
    resume: () => process.kill(pid, 'SIGUSR2'),
    /** Stops it, with all that is in it. */
    async stop() {
      await stop()
      await rm(folder, { recursive: true })
    },
  }
}
