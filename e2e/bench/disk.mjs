/** Whether there is room for what is measured. Used by the parts of the benchmark that write much. */
import { statfs } from 'node:fs/promises'

/** Whether so many bytes are free in a folder; says so where they are not. */
export async function hasRoom(folder, bytes) {
  const { bavail, bsize } = await statfs(folder)
  const fits = bavail * bsize >= bytes
  if (!fits) {
    process.stdout.write(`not measured: less than ${bytes / 1e9} GB is free in ${folder}\n`)
  }
  return fits
}
