import type { Artifact } from '../../dependencies/index.js';
import { type Submodule, validateRepository } from '../../source/index.js';

/** Stands for hosts that nobody knows: those of requests from versions that did not record them. No host has this name. */
export const UNKNOWN_HOST = '?';

/** An address with a scheme; `npm+` and `git+` may stand before it. */
const AUTHORITY = /^(?:[a-z]+\+)?[a-z][a-z0-9.-]*:\/\/(?:[^/?#]*@)?([^/?#]+)/i;

/**
 * The one spelling of a host that is compared: lower case, international names as punycode, no user, port, brackets or
 * dot at the end. Undefined for what is no host.
 */
export function normalHost(text: string): string | undefined {
  const authority = text.includes(':') && !text.includes('[') && text.split(':').length > 2 ? `[${text}]` : text;
  if (!URL.canParse(`http://${authority}/`)) return undefined;
  const { hostname, pathname, search, hash } = new URL(`http://${authority}/`);
  if (pathname !== '/' || search !== '' || hash !== '') return undefined;
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return /^[a-z0-9_.:-]+$/.test(host) ? host : undefined;
}

/** Host of a repository's address, as the service reads it when it fetches. */
export function repositoryHost(repo: string): string {
  try {
    return normalHost(validateRepository(repo).host) ?? UNKNOWN_HOST;
  } catch {
    return UNKNOWN_HOST;
  }
}

/** Hosts of submodules. A relative address stays on the host of the repository, which is known. */
export function submoduleHosts(submodules: readonly Pick<Submodule, 'url'>[]): string[] {
  return submodules.filter(({ url }) => !/^\.\.?(\/|$)/.test(url)).map(({ url }) => repositoryHost(url));
}

/**
 * Hosts that an archived file is from: that of its address, and of a Go module the one that its path begins with, from
 * which a proxy has fetched it. None for what was made here from another file.
 */
export function artifactHosts({ ecosystem, name, upstream }: Pick<Artifact, 'ecosystem' | 'name' | 'upstream'>): string[] {
  const origin = upstream.startsWith('git+') ? repositoryHost(upstream.slice('git+'.length).replace(/#.*$/s, '')) : urlHost(upstream);
  const [first] = name.split('/');
  const module = ecosystem === 'gomod' && first.includes('.') ? normalHost(first) : undefined;
  return [origin, module].filter((host) => host !== undefined);
}

function urlHost(url: string): string | undefined {
  const authority = AUTHORITY.exec(url)?.[1];
  return authority === undefined ? undefined : normalHost(authority);
}
