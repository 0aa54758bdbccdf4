import { join } from 'node:path';
import { Injectable, Logger, type OnApplicationBootstrap, ServiceUnavailableException } from '@nestjs/common';
import type { Request } from 'express';
import { Configuration } from '../../config/index.js';
import { ListedRoles } from '../listed-roles.js';
import { type LoginAttempt, LoginStrategy } from '../login.strategy.js';
import { isFaultOfHost, meaningOf } from './library-message.js';
import { negotiateToken } from './negotiate-token.js';
import { type AcceptedToken, TokenAcceptor } from './token-acceptor.js';
import { isUserName } from './user-name.js';

/**
 * Login by Kerberos: SPNEGO over HTTP (RFC 4559). The principal with its realm is the user name. One token, one call: no
 * negotiation of several rounds, no session.
 */
@Injectable()
export class KerberosStrategy extends LoginStrategy implements OnApplicationBootstrap {
  override readonly isEnabled: boolean;
  protected override readonly challenge: string;
  private readonly logger = new Logger('Kerberos');
  private acceptor: TokenAcceptor | undefined;

  constructor(
    private readonly configuration: Configuration,
    listedRoles: ListedRoles,
  ) {
    super('kerberos', listedRoles);
    this.isEnabled = configuration.auth.kerberos !== undefined;
    this.challenge = this.isEnabled ? 'Negotiate' : '';
  }

  /** Stops a start that could let nobody in. */
  async onApplicationBootstrap(): Promise<void> {
    const { auth, directories } = this.configuration;
    if (auth.kerberos === undefined) return;
    this.acceptor = await TokenAcceptor.open({ ...auth.kerberos, directory: join(directories.data, 'kerberos') });
  }

  protected override async identify({ rawHeaders }: Pick<Request, 'rawHeaders'>): Promise<LoginAttempt> {
    const read = negotiateToken(rawHeaders);
    if (read.kind === 'absent') return { kind: 'absent' };
    if (read.kind === 'wrong') return { kind: 'refused', why: read.why };
    if (this.acceptor === undefined) throw new Error('Kerberos is asked before it is ready');
    try {
      return identified(await this.acceptor.accept(read.token));
    } catch (error) {
      return this.refused(error);
    }
  }

  /** Callers are not told of files and keys of this host; the log is. */
  private refused(error: unknown): LoginAttempt {
    const message = error instanceof Error ? error.message : String(error);
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    if (isTimeout || isFaultOfHost(message)) {
      this.logger.error(`Kerberos tokens cannot be checked: ${message}`);
      throw new ServiceUnavailableException('Kerberos tokens cannot be checked now. Try again later.');
    }
    this.logger.log(`A token is refused: ${message}`);
    return { kind: 'refused', why: meaningOf(message) };
  }
}

function identified({ principal, proof }: AcceptedToken): LoginAttempt {
  if (!isUserName(principal)) return { kind: 'refused', why: 'the principal of the ticket is not one of a user' };
  const identity = { username: principal };
  if (proof === undefined) return { kind: 'identified', identity };
  return { kind: 'identified', identity, answer: { 'WWW-Authenticate': `Negotiate ${proof}` } };
}
