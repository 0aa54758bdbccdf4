import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UpstreamAccess } from '../config/index.js';
import { basicAuthorization } from './basic.js';
import { endpointOf } from './endpoint.js';
import { netrcCredentials } from './netrc.js';

/**
 * Which credentials go to which address: those of the longest configured base address, else those of `.netrc` for the
 * host. Never to another scheme, host or port, or to a path beside the base.
 */
export class Credentials {
  constructor(
    private readonly access: readonly UpstreamAccess[],
    /** Home directory of the service; undefined = there is no `.netrc`. */
    private readonly home: string | undefined,
  ) {}

  /** Value of the `Authorization` header for an http(s) address; undefined = nothing is sent. A secret. */
  async authorizationFor(url: URL): Promise<string | undefined> {
    const configured = accessFor(url, this.access)?.authorization;
    if (configured !== undefined || this.home === undefined) return configured;
    const netrc = await readFile(join(this.home, '.netrc'), 'utf8').catch(() => '');
    const found = netrcCredentials(netrc, endpointOf(url).host);
    return found === undefined ? undefined : basicAuthorization(found);
  }

  /** Certificates that are trusted for the host of an address besides the usual ones. */
  certificatesFor(url: URL): string | undefined {
    const found = this.access.flatMap((entry) =>
      entry.ca !== undefined && new URL(entry.url).origin === url.origin ? [entry.ca] : [],
    );
    return found.length === 0 ? undefined : found.join('\n');
  }
}

/** The entry with the longest base address that an address lies at or below. */
export function accessFor(url: URL, access: readonly UpstreamAccess[]): UpstreamAccess | undefined {
  if (climbs(url.pathname)) return undefined;
  return access
    .filter((entry) => liesBelow(url, new URL(entry.url)))
    .reduce<UpstreamAccess | undefined>(
      (best, entry) => (best === undefined || entry.url.length > best.url.length ? entry : best),
      undefined,
    );
}

/** Base addresses end in a slash, so that `/all-else` does not lie below `/all/`. */
function liesBelow(url: URL, base: URL): boolean {
  if (url.origin !== base.origin || url.protocol !== base.protocol) return false;
  return url.pathname.startsWith(base.pathname) || `${url.pathname}/` === base.pathname;
}

/** A server may read these as a way up, out of the base, although an address does not (RFC 3986 §6.2.2). */
function climbs(path: string): boolean {
  return path
    .replaceAll(/%2e/gi, '.')
    .split(/\/|\\|%2f|%5c/i)
    .includes('..');
}
