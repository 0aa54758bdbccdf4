import { Logger } from '@nestjs/common';
import type { Configuration } from '../../config/index.js';
import { type CallHeaders, identityHeaders } from './identity-headers.js';
import { lookalikes } from './raw-headers.js';
import { TrustedNetworks } from './trusted-networks.js';

/** Milliseconds between two lines about the same address, and how many addresses get a line in that time. */
const QUIET = 60_000;
const MAX_ADDRESSES = 100;

/**
 * Notes identity headers that come from addresses which are not trusted: somebody tries to be somebody else, or a proxy
 * is missing in `CACHITO_TRUSTED_PROXIES`. Nobody believes them, whether they are noted or not.
 */
export class IgnoredHeaders {
  private readonly logger = new Logger('Login');
  private readonly proxies: TrustedNetworks;
  private readonly names: readonly string[];
  /** Address → when its next line is due. */
  private readonly noted = new Map<string, number>();

  constructor(
    auth: Configuration['auth'],
    private readonly now: () => number = Date.now,
  ) {
    this.proxies = new TrustedNetworks(auth.trustedProxies);
    this.names = identityHeaders(auth);
  }

  /** The identity headers of a call that are ignored because of where it comes from; lower case. */
  of({ rawHeaders, socket }: CallHeaders): string[] {
    const found = lookalikes(rawHeaders, this.names);
    return found.length === 0 || this.proxies.include(socket.remoteAddress) ? [] : found;
  }

  /** Writes a line about a call that has such headers, unless there was one about its address a moment ago. */
  note(call: CallHeaders): void {
    const ignored = this.of(call);
    const from = call.socket.remoteAddress ?? 'an unknown address';
    if (ignored.length === 0 || !this.isDue(from)) return;
    this.logger.warn(
      `Ignored ${ignored.join(', ')} from ${from}, which is not in CACHITO_TRUSTED_PROXIES ` +
        `(the next line about this address comes after ${QUIET / 1000} s at the earliest)`,
    );
  }

  private isDue(address: string): boolean {
    const now = this.now();
    for (const [each, due] of this.noted) if (due <= now) this.noted.delete(each);
    if (this.noted.has(address) || this.noted.size >= MAX_ADDRESSES) return false;
    this.noted.set(address, now + QUIET);
    return true;
  }
}
