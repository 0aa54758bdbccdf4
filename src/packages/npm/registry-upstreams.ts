import { NPM_REGISTRY_ALIASES, PUBLIC_REGISTRIES, type RegistryUpstream } from '../../config/index.js';
import { InvalidFileFormat, NetworkError } from '../../errors/index.js';
import type { LockDependency } from './lockfile/classify.js';
import { shortName } from './lockfile/names.js';
import { quote } from '../quote.js';

/** Where a package can be had. */
export interface Candidate {
  /** Address of the archive. */
  address: string;
  /** The registry that it belongs to, with a slash at its end. */
  registry: string;
}

/** Hosts (with port) whose addresses in a lock file are registry addresses. */
export function registryHosts(upstreams: readonly RegistryUpstream[]): string[] {
  const urls = [PUBLIC_REGISTRIES.npm, ...upstreams.map(({ url }) => url)];
  return [...new Set([...urls.map((url) => new URL(url).host), ...NPM_REGISTRY_ALIASES])];
}

/**
 * Where to ask for a registry package, in order. A registry with scopes is asked for these only, and one that says
 * `fallback: never` is the last. An address in the lock file that lies at a listed registry is asked as it is, and none
 * before it: so a name that a private registry serves is not looked up in another one. Nor is one after it asked when
 * the lock file has no checksum, which alone would tell what anybody has published there under the same name. Throws
 * `NetworkError` when no registry is configured for it, `InvalidFileFormat` for an address that cannot be asked as it
 * is.
 */
export function candidates(
  { name, version, source, digest }: Pick<LockDependency, 'name' | 'version' | 'source' | 'digest'>,
  upstreams: readonly RegistryUpstream[],
): [Candidate, ...Candidate[]] {
  const shown = `${name}@${version}`;
  const allowed = digest === undefined ? namedUpstreams(source, upstreams) : upstreams;
  const serving = servingUpstreams(name, upstreams).filter((each) => allowed.includes(each));
  const stated = serving.findIndex(({ url, public: isPublic }) => !isPublic && source?.startsWith(url));
  const [first, ...others] = serving.slice(Math.max(stated, 0)).map(({ url }) => ({
    address: `${url}${name}/-/${shortName(name)}-${version}.tgz`,
    registry: url,
  }));
  if (first === undefined) {
    throw new NetworkError(
      allowed.length < upstreams.length
        ? `${shown} has no checksum in the lock file, so only the registry that its address names may be asked, and ` +
          'that is not configured for it. Let a recent npm write the lock file anew.'
        : `No configured registry serves ${shown}: all are for other scopes. Ask the administrators of this service.`,
    );
  }
  if (stated < 0 || source === undefined) return [first, ...others];
  checkStatedAddress(source, shown);
  return [{ ...first, address: source }, ...others];
}

/** Address of the document with which a registry describes one version of a package. */
export function versionDocument(registry: string, name: string, version: string): string {
  return `${registry}${name.replace('/', '%2f')}/${version}`;
}

function servingUpstreams(name: string, upstreams: readonly RegistryUpstream[]): RegistryUpstream[] {
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined;
  const serving = upstreams.filter(
    ({ scopes }) => scopes.length === 0 || (scope !== undefined && scopes.includes(scope)),
  );
  const last = serving.findIndex(({ fallback }) => fallback === 'never');
  return last < 0 ? serving : serving.slice(0, last + 1);
}

/** Those that an address in a lock file names: by their base, else by their host. All for none, and for public ones. */
function namedUpstreams(
  source: string | undefined,
  upstreams: readonly RegistryUpstream[],
): readonly RegistryUpstream[] {
  if (source === undefined) return upstreams;
  const { host } = new URL(source);
  const ofHost = upstreams.filter((each) => !each.public && new URL(each.url).host === host);
  if (ofHost.length === 0) return upstreams;
  const atBase = ofHost.filter(({ url }) => source.startsWith(url));
  return atBase.length > 0 ? atBase : ofHost;
}

/** Spelled as a browser would send it, with nothing that leads elsewhere than it seems. */
function checkStatedAddress(address: string, shown: string): void {
  const url = new URL(address);
  const hidden = /%(?:2e|2f|5c|00)/i.test(url.pathname.replace(/\/@[^/%]+%2f/i, '/'));
  const isPlain =
    url.href === address && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (isPlain && !hidden) return;
  throw new InvalidFileFormat(
    `The address of ${shown} in the lock file cannot be used: it must be a plain one, without user, query, ` +
      `fragment and dots as names, not ${quote(`${url.origin}${url.pathname}`)}.`,
  );
}
