/** A provider of identities that agrees to everything, for a server under test to send browsers to. */
import { OAuth2Server } from 'oauth2-mock-server'

/** Whom it knows. */
export interface Identity {
  readonly sub: string
  readonly email: string
  readonly email_verified: boolean
  readonly name: string
}

/** A provider on a port of its own. */
export class IdentityProvider {
  private readonly server = new OAuth2Server()

  private constructor(identity: Identity) {
    this.server.service.on('beforeTokenSigning', ({ payload }: { payload: object }) => {
      Object.assign(payload, identity)
    })
  }

  /** Starts one that knows somebody. */
  static async open(identity: Identity): Promise<IdentityProvider> {
    const provider = new IdentityProvider(identity)
    await provider.server.issuer.keys.generate('RS256')
    await provider.server.start(0, '127.0.0.1')
    return provider
  }

  /** The variables that tell a server of it: in the place of Google, and as itself. */
  get variables(): Record<string, string> {
    const { url } = this.server.issuer
    if (url === undefined) throw new Error('the provider has not started')
    return {
      GOOGLE_ISSUER: url,
      GOOGLE_CLIENT_ID: 'sharesync',
      GOOGLE_CLIENT_SECRET: 'a secret of the story',
      OIDC_HOUSE_ISSUER: url,
      OIDC_HOUSE_CLIENT_ID: 'sharesync',
      OIDC_HOUSE_CLIENT_SECRET: 'a secret of the story',
      OIDC_HOUSE_LABEL: 'The house',
    }
  }

  async close(): Promise<void> {
    await this.server.stop()
  }
}
