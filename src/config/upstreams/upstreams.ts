import { PUBLIC_REGISTRIES } from './public-registries.js';

/** One registry of an ecosystem. */
export interface RegistryUpstream {
  /** Base address with a slash at its end, without credentials. */
  url: string;
  /** Whether it is the ecosystem's public registry. */
  public: boolean;
  /** npm: `@acme`; gomod: module prefixes; pip: name patterns. Empty = everything. */
  scopes: readonly string[];
  /** Whether the next one in the list may be asked for what this one does not have. */
  fallback: 'never' | 'next';
}

/** One git host or a part of it. */
export interface GitUpstream {
  /** Addresses that begin with this; the longest one wins. */
  prefix: string;
  /** What takes the place of the prefix when fetching. */
  mirror: string | undefined;
}

/** How to get into what lies at and below an address. Never given to another host. */
export interface UpstreamAccess {
  /** Base address with a slash at its end. */
  url: string;
  /** Value of the `Authorization` header. A secret. */
  authorization: string | undefined;
  /** Certificates (PEM) that are trusted for it besides the usual ones. */
  ca: string | undefined;
}

/** Which registries and git hosts to ask, and how to get in. */
export interface Upstreams {
  /** In the order in which they are asked. */
  npm: readonly RegistryUpstream[];
  gomod: readonly RegistryUpstream[];
  pip: readonly RegistryUpstream[];
  git: readonly GitUpstream[];
  /** For the room that sends requests only: holds secrets. */
  access: readonly UpstreamAccess[];
}

/** Without an upstreams file: the public registries, and git hosts as they are. */
export const PUBLIC_UPSTREAMS: Upstreams = {
  npm: [publicUpstream(PUBLIC_REGISTRIES.npm)],
  gomod: [publicUpstream(PUBLIC_REGISTRIES.gomod)],
  pip: [publicUpstream(PUBLIC_REGISTRIES.pip)],
  git: [],
  access: [],
};

function publicUpstream(url: string): RegistryUpstream {
  return { url, public: true, scopes: [], fallback: 'next' };
}
