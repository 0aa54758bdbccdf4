import { withoutCredentials } from './purl/vcs-purl.js';

/** Where an archived file comes from, as its address in the catalogue says. */
export type Origin =
  /** Packed here from a commit; `repo` as git takes it. */
  | { kind: 'commit'; repo: string; commit: string }
  /** What lies at an address, or (`isPacked`) was packed anew from it; `digest` is of what lies there. */
  | { kind: 'address'; url: string; digest?: { algorithm: string; hex: string }; isPacked: boolean };

/** `git+https://host/team/kite.git#<commit>` */
const FROM_COMMIT = /^git\+(.+)#([0-9a-f]{40}|[0-9a-f]{64})$/;
/** `https://host/kite.tgz#sha512-<digest>`; `npm+` before it: packed anew. */
const FROM_ADDRESS = /^(npm\+)?(https?:[^#]+)#([a-z0-9_]+)-([0-9a-f]+)$/;

export function originOf(upstream: string): Origin {
  const [, repo, commit] = FROM_COMMIT.exec(upstream) ?? [];
  if (repo !== undefined) return { kind: 'commit', repo, commit };
  const [, prefix, url, algorithm, hex] = FROM_ADDRESS.exec(upstream) ?? [];
  if (url === undefined) return { kind: 'address', url: upstream, isPacked: false };
  return { kind: 'address', url, digest: { algorithm, hex }, isPacked: prefix !== undefined };
}

/**
 * Where a git repository is, without credentials, as SPDX writes it (2.3 clause 7.7): `git+https://host/team/app.git`,
 * `git+ssh://git@host/team/app.git` for an address without a scheme.
 */
export function gitLocation(repo: string): string {
  const address = withoutCredentials(repo.replace(/^git\+/i, ''));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return `git+${address}`;
  const colon = address.indexOf(':');
  const path = address.slice(colon + 1).replace(/^\/+/, '');
  return `git+ssh://${address.slice(0, Math.max(colon, 0))}/${path}`;
}
