import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';

/** Wrong credentials from one address in a window. A build with old credentials shows them some dozen times. */
const LIMIT = 100;
/** Milliseconds. */
const WINDOW = 60_000;
/** Addresses that are kept in mind; of more, those that came first are forgotten. */
const MAX_ADDRESSES = 10_000;

interface Failures {
  count: number;
  /** Milliseconds since the epoch. */
  end: number;
}

/** Counts wrong credentials by client address, in the memory of this process. */
@Injectable()
export class FailedLogins {
  private readonly byAddress = new Map<string, Failures>();

  /** Counts a failure. Returns the seconds to wait when there were too many, else undefined. */
  add(address: string, now = Date.now()): number | undefined {
    const key = groupOf(address);
    const known = this.byAddress.get(key);
    const failures = known !== undefined && now < known.end ? known : { count: 0, end: now + WINDOW };
    failures.count += 1;
    if (failures !== known) this.remember(key, failures);
    return failures.count > LIMIT ? Math.ceil((failures.end - now) / 1000) : undefined;
  }

  private remember(key: string, failures: Failures): void {
    // A map keeps the order of insertion: the first one is the oldest.
    this.byAddress.delete(key);
    this.byAddress.set(key, failures);
    if (this.byAddress.size <= MAX_ADDRESSES) return;
    const [oldest] = this.byAddress.keys();
    if (oldest !== undefined) this.byAddress.delete(oldest);
  }
}

/** Who has an IPv6 address usually has the other 2^64 of its network, too. */
function groupOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(':') : parsed.toString();
}
