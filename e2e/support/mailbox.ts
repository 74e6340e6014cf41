/** A mail server that keeps what it is sent, for a server under test to send to, and a story to read. */
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'

/** What somebody was sent. */
export interface Letter {
  readonly to: string
  readonly subject: string
  /** What it says to who reads no HTML. */
  readonly text: string
}

/** A mail server on a port of its own. */
export class Mailbox {
  private readonly letters: Letter[] = []
  private readonly arrivals = new EventEmitter()
  private readonly server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData: (stream, { envelope }, done) => {
      buffer(stream)
        .then((mail) => PostalMime.parse(mail))
        .then(({ subject = '', text = '' }) => {
          for (const { address } of envelope.rcptTo) {
            this.letters.push({ to: address, subject, text })
          }
          this.arrivals.emit('letter')
          done()
        })
        .catch(done)
    },
  })

  /** Starts one. */
  static async open(): Promise<Mailbox> {
    const mailbox = new Mailbox()
    mailbox.server.listen(0, '127.0.0.1')
    await once(mailbox.server.server, 'listening')
    return mailbox
  }

  /** For `SMTP_URL`. */
  get url(): string {
    const { port } = this.server.server.address() as AddressInfo
    return `smtp://127.0.0.1:${String(port)}`
  }

  /** Takes the oldest letter to that address out, waiting for one. */
  async next(to: string): Promise<Letter> {
    for (;;) {
      const found = this.letters.findIndex((letter) => letter.to === to)
      const [letter] = found < 0 ? [] : this.letters.splice(found, 1)
      if (letter) return letter
      await once(this.arrivals, 'letter')
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve)
    })
  }
}

/**
 * Where the link in a letter leads, without the server's own address: where that is not told its public one, it
 * cannot know on which port a story reaches it.
 */
export function linkIn({ text }: Letter): string {
  const link = /^https?:\/\/\S+$/m.exec(text)?.[0]
  if (link === undefined) throw new Error(`there is no link in: ${text}`)
  const { pathname, hash } = new URL(link)
  return pathname + hash
}
