import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import type { Configuration } from '../../config/index.js';
import type { Identity } from '../login.strategy.js';

const MAX_USERNAME = 255;

/**
 * Reads who calls from the headers of a trusted proxy: the remote user, else the subject of a client certificate that
 * the proxy has verified. Headers from any other address are not believed, nor is a header that occurs twice: whoever
 * put the first one there is not the proxy.
 */
export class IdentityReader {
  private readonly networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  constructor(private readonly auth: Configuration['auth']) {
    this.networks = auth.trustedProxies.map((network) =>
      network.includes('/') ? ipaddr.parseCIDR(network) : singleAddress(network),
    );
  }

  /** Undefined = anonymous. The address is the socket's; `X-Forwarded-For` is not asked, anybody can send it. */
  read(request: Pick<IncomingMessage, 'rawHeaders'> & { socket: { remoteAddress?: string } }): Identity | undefined {
    if (!this.trusts(request.socket.remoteAddress)) return undefined;
    const user = single(request.rawHeaders, this.auth.remoteUserHeader);
    if (user === 'repeated') return undefined;
    if (user !== undefined) return identity(user);
    const verdict = single(request.rawHeaders, this.auth.clientCertificateVerdictHeader);
    const subject = single(request.rawHeaders, this.auth.clientCertificateSubjectHeader);
    if (verdict !== 'SUCCESS' || subject === undefined || subject === 'repeated') return undefined;
    return identity(subject);
  }

  private trusts(address: string | undefined): boolean {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
  }
}

function singleAddress(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = ipaddr.process(address);
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
}

/**
 * The value of a header; undefined when it is missing or empty. Counts spellings with underscores, too: a server behind
 * us or a proxy in front may take them for the same header.
 */
function single(rawHeaders: readonly string[], name: string): string | 'repeated' | undefined {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const spelled = rawHeaders[at].toLowerCase();
    if (spelled.replaceAll('_', '-') !== name.replaceAll('_', '-')) continue;
    if (spelled !== name) return 'repeated';
    values.push(rawHeaders[at + 1]);
  }
  if (values.length > 1) return 'repeated';
  return values[0]?.trim() || undefined;
}

/** Header bytes are UTF-8 in practice; Node gives them as Latin-1. */
function identity(value: string): Identity | undefined {
  const username = Buffer.from(value, 'latin1').toString('utf8');
  if (username.length > MAX_USERNAME || /[\p{Cc}\p{Surrogate}\ufffd]/u.test(username)) return undefined;
  return { username };
}
