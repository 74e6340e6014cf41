/** A ClamAV as a process of its own, with one signature that is written on the spot, for a server under test to ask. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { untilSaid } from './until-said.mjs'

/** What a file with the test signature is found to have in it. */
export const FOUND = 'Eicar-Test-Signature.UNOFFICIAL'

/** The file by which virus scanners are tested, put together so that this one is not taken for it. */
export const EICAR = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
)

/** A `clamd` (Debian's `clamav-daemon`), running or not. */
export class Clamd {
  private process: ChildProcess | undefined

  private constructor(private readonly folder: string) {}

  /** One that does not run yet. */
  static async prepare(): Promise<Clamd> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sharesync-clamd-'))
    const clamd = new Clamd(folder)
    const signatures = path.join(folder, 'signatures')
    await mkdir(signatures)
    await writeFile(
      path.join(signatures, 'test.ndb'),
      `Eicar-Test-Signature:0:0:${EICAR.toString('hex')}\n`,
    )
    await writeFile(
      clamd.config,
      [
        `LocalSocket ${clamd.address}`,
        `DatabaseDirectory ${signatures}`,
        'Foreground yes',
        '',
      ].join('\n'),
    )
    return clamd
  }

  /** Where its socket is, or is going to be. */
  get address(): string {
    return path.join(this.folder, 'socket')
  }

  private get config(): string {
    return path.join(this.folder, 'clamd.conf')
  }

  /** Starts it; returns once it can be asked. */
  async run(): Promise<void> {
    const child = spawn('/usr/sbin/clamd', ['--config-file', this.config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.process = child
    await untilSaid(child.stdout, 'Self checking')
  }

  /** Ends it, with all that it has. */
  async close(): Promise<void> {
    if (this.process) {
      const exited = once(this.process, 'exit')
      this.process.kill('SIGKILL')
      await exited
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}
