import type { GitUpstream } from '../../config/index.js';
import { endpointOf } from '../../download/index.js';
import type { Repository } from '../repository.js';

/**
 * Where a repository is fetched from: below the mirror of the longest prefix of its address, else where its address
 * says. `address` stays the submitted one. Credentials of the address are for its own host and do not go to a mirror.
 */
export function fetchedRepository(repository: Repository, upstreams: readonly GitUpstream[]): Repository {
  const path = repository.path.startsWith('/') ? repository.path : `/${repository.path}`;
  const [best] = upstreams
    .map(({ prefix, mirror }) => ({ prefix: new URL(prefix), mirror }))
    .filter(({ prefix }) => liesBelow(repository, path, prefix))
    .sort((one, other) => weight(other.prefix) - weight(one.prefix));
  if (best?.mirror === undefined) return repository;
  const mirror = new URL(best.mirror);
  const transport = transportOf(mirror);
  return {
    transport,
    ...endpointOf(mirror),
    path: `${mirror.pathname}${path.slice(best.prefix.pathname.length)}`,
    user: transport === 'ssh' && mirror.username !== '' ? decodeURIComponent(mirror.username) : undefined,
    credentials: undefined,
    address: repository.address,
  };
}

/** Prefixes end in a slash: whole path segments are compared. A user counts where the prefix has one. */
function liesBelow({ transport, host, port, user }: Repository, path: string, prefix: URL): boolean {
  const endpoint = endpointOf(prefix);
  if (transport !== transportOf(prefix) || host !== endpoint.host || port !== endpoint.port) return false;
  if (prefix.username !== '' && decodeURIComponent(prefix.username) !== user) return false;
  return `${path}/`.startsWith(prefix.pathname);
}

function weight({ pathname, username }: URL): number {
  return pathname.length * 2 + (username === '' ? 0 : 1);
}

function transportOf({ protocol }: URL): Repository['transport'] {
  return protocol === 'ssh:' ? 'ssh' : protocol === 'https:' ? 'https' : 'http';
}
