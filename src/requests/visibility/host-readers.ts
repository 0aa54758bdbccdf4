import type { Caller } from '../../auth/index.js';
import { ConfigurationError } from '../../config/index.js';
import { normalHost, UNKNOWN_HOST } from './hosts.js';

const OPTION = 'CACHITO_HOST_READERS';

/**
 * Who sees what comes from which host, by `CACHITO_HOST_READERS`: of a listed host only the users of its list, workers
 * and administrators; of any other host everybody.
 */
export class HostReaders {
  private readonly readers: ReadonlyMap<string, ReadonlySet<string>>;

  /** Throws `ConfigurationError` for a name that is no host, and for one host under two names. */
  constructor(lists: Readonly<Record<string, readonly string[]>>) {
    const readers = new Map<string, ReadonlySet<string>>();
    for (const [name, users] of Object.entries(lists)) {
      const host = normalHost(name);
      if (host === undefined) throw new ConfigurationError([`${OPTION} must name hosts like git.example.org, not ${JSON.stringify(name)}`]);
      if (readers.has(host)) throw new ConfigurationError([`${OPTION} must name the host ${host} once`]);
      readers.set(host, new Set(users));
    }
    this.readers = readers;
  }

  /** Hosts from which a caller must see nothing; empty = the caller sees all. */
  hiddenFrom({ username, roles }: Caller): readonly string[] {
    if (roles.has('worker') || roles.has('administrator')) return [];
    const hidden = [...this.readers]
      .filter(([, users]) => username === undefined || !users.has(username))
      .map(([host]) => host);
    return hidden.length === 0 ? [] : [...hidden, UNKNOWN_HOST];
  }
}
