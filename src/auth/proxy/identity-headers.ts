import type { IncomingMessage } from 'node:http';
import type { Configuration } from '../../config/index.js';
import type { LoginAttempt } from '../login.strategy.js';
import { lookalikes, valuesOf } from './raw-headers.js';
import { TrustedNetworks } from './trusted-networks.js';

const MAX_USERNAME = 255;

/** What is read of a call. */
export type CallHeaders = Pick<IncomingMessage, 'rawHeaders'> & { socket: { remoteAddress?: string } };

/**
 * Reads who calls from the headers of a trusted proxy: the remote user, else the subject of a client certificate that
 * the proxy has verified. A call that could be read in two ways is refused: a header that occurs twice, or in another
 * spelling, was not put there by the proxy alone.
 */
export class IdentityReader {
  private readonly proxies: TrustedNetworks;
  private readonly names: readonly string[];

  constructor(private readonly auth: Configuration['auth']) {
    this.proxies = new TrustedNetworks(auth.trustedProxies);
    this.names = identityHeaders(auth);
  }

  /** The address is the socket's; `X-Forwarded-For` is not asked, anybody can send it. */
  read(call: CallHeaders): LoginAttempt {
    if (!this.proxies.include(call.socket.remoteAddress)) return { kind: 'absent' };
    const disguised = lookalikes(call.rawHeaders, this.names).find((name) => !this.names.includes(name));
    if (disguised !== undefined) return refused(`The header ${disguised} is not the one that names users`);
    for (const name of this.names) {
      if (valuesOf(call.rawHeaders, name).length > 1) return refused(`The header ${name} came more than once`);
    }
    const { remoteUserHeader, clientCertificateSubjectHeader, clientCertificateVerdictHeader } = this.auth;
    const user = this.value(call, remoteUserHeader);
    if (user !== undefined) return identified(user, remoteUserHeader);
    const verdict = this.value(call, clientCertificateVerdictHeader);
    const subject = this.value(call, clientCertificateSubjectHeader);
    if (verdict === undefined ? subject === undefined : verdict === 'NONE') return { kind: 'absent' };
    if (verdict !== 'SUCCESS') return refused('The client certificate was not verified');
    if (subject === undefined) return refused('The client certificate has no subject');
    return identified(subject, clientCertificateSubjectHeader);
  }

  private value({ rawHeaders }: CallHeaders, name: string): string | undefined {
    // Not `trim()`: the last byte of `à` looks like a blank to it.
    return valuesOf(rawHeaders, name)[0]?.replace(/^[ \t]+|[ \t]+$/g, '') || undefined;
  }
}

/** The names of the headers that tell who calls, lower case. */
export function identityHeaders(auth: Configuration['auth']): string[] {
  return [auth.remoteUserHeader, auth.clientCertificateSubjectHeader, auth.clientCertificateVerdictHeader];
}

/** Header bytes are UTF-8 in practice; Node gives them as Latin-1. */
function identified(value: string, header: string): LoginAttempt {
  const username = Buffer.from(value, 'latin1').toString('utf8');
  if (username.length > MAX_USERNAME) return refused(`The header ${header} is longer than ${MAX_USERNAME} characters`);
  if (/[\p{Cc}\p{Surrogate}\ufffd]/u.test(username)) return refused(`The header ${header} is not plain UTF-8 text`);
  return { kind: 'identified', identity: { username } };
}

function refused(why: string): LoginAttempt {
  return { kind: 'refused', why };
}
