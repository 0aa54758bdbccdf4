import { lookup, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import type { AddressPolicy } from './address-policy.js';

const LIFETIME = 30_000;
const MAX_NAMES = 1000;
const lookupAll = promisify(lookup);

/**
 * Names to addresses, judged by the address policy. Answers are kept for half a minute: many connections to one host
 * ask the resolver once. Failures are not kept.
 */
export class Resolver {
  private readonly cache = new Map<string, { addresses: Promise<LookupAddress[]>; expires: number }>();

  constructor(private readonly policy: AddressPolicy) {}

  /**
   * All addresses of a host, at least one. Throws `AddressRefusedError` when any of them is refused, unless they are
   * not to be judged (the host is one that the operator configured), and the system's error (`ENOTFOUND`, `EAI_AGAIN`)
   * when there is none.
   */
  async resolve(host: string, { isJudged = true } = {}): Promise<[LookupAddress, ...LookupAddress[]]> {
    const family = isIP(host);
    const addresses = family === 0 ? await this.cached(host) : [{ address: host, family }];
    if (isJudged) {
      this.policy.check(
        host,
        addresses.map(({ address }) => address),
      );
    }
    return addresses as [LookupAddress, ...LookupAddress[]];
  }

  private cached(host: string): Promise<LookupAddress[]> {
    const known = this.cache.get(host);
    if (known !== undefined && known.expires > Date.now()) return known.addresses;
    const addresses = lookupAll(host, { all: true, verbatim: true });
    this.cache.delete(host);
    this.cache.set(host, { addresses, expires: Date.now() + LIFETIME });
    addresses.catch(() => this.cache.delete(host));
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= MAX_NAMES) break;
      this.cache.delete(oldest);
    }
    return addresses;
  }
}
