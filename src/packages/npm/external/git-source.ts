import { CachitoError, UnsupportedFeature, ValidationError } from '../../../errors/index.js';
import { validateRepository } from '../../../source/index.js';
import { checkGitSource } from '../lockfile/source-text.js';
import { shown } from './external-dependency.js';

/** A repository and commit that a lock file names. */
export interface GitSource {
  /** 40 hexadecimal digits. */
  commit: string;
  /** Where the repository may be had, in order of preference; may hold credentials. */
  addresses: readonly [string, ...string[]];
  /**
   * One text for all ways to write the same, without credentials: `git+https://github.com/acme/kite.git#<commit>`.
   */
  identity: string;
}

const FORGES = new Map([
  ['github', 'github.com'],
  ['gitlab', 'gitlab.com'],
  ['bitbucket', 'bitbucket.org'],
]);
/** `git+ssh://git@host:acme/kite.git`, which npm writes too; behind the colon stands no port. */
const SCP_LIKE = /^ssh:\/\/((?:[^@:/]+@)?[^@:/]+):(?!\d+(?:\/|$))(.+)$/i;

/**
 * Reads a git source of a lock file. Throws `InvalidFileFormat` when it names no whole commit, `UnsupportedFeature` for
 * a commit of a SHA-256 repository or an unknown scheme, `ValidationError` for an address that git must not be given.
 */
export function readGitSource(dependency: { name: string; source: string }): GitSource {
  checkGitSource(dependency.source, dependency.name);
  const hash = dependency.source.lastIndexOf('#');
  const commit = dependency.source.slice(hash + 1);
  if (commit.length !== 40) {
    throw new UnsupportedFeature(
      `The git dependency ${shown(dependency)} lies in a repository with SHA-256 object names, which is not supported.`,
    );
  }
  const addresses = addressesOf(dependency.source.slice(0, hash), dependency);
  for (const address of addresses) checkAddress(address, dependency);
  return { commit, addresses, identity: `${identityOf(addresses[0], addresses[1])}#${commit}` };
}

function addressesOf(place: string, dependency: { name: string; source: string }): [string, ...string[]] {
  const scheme = place.slice(0, place.indexOf(':')).toLowerCase();
  const rest = place.slice(place.indexOf(':') + 1);
  const forge = FORGES.get(scheme);
  if (forge !== undefined) return overSsh(`ssh://git@${forge}/${rest.replace(/\.git$/, '')}.git`);
  switch (scheme) {
    case 'git+https':
    case 'git+http':
      return [place.slice('git+'.length)];
    case 'git+ssh':
      return overSsh(place.slice('git+'.length));
    case 'git':
      // Nothing vouches for what comes over git's own protocol, which forges have given up. The commit is the same.
      return [`https:${rest.replace(/^(\/\/[^/]*):9418(?=\/)/, '$1')}`];
    default:
      throw new UnsupportedFeature(`The git dependency ${shown(dependency)} has an address that is not supported.`);
  }
}

/** The same over https first: where a repository is public, that needs no key. */
function overSsh(address: string): [string, string] {
  const scpLike = SCP_LIKE.exec(address);
  const path = scpLike?.[2].replace(/^\//, '');
  const url = scpLike === null ? address : `ssh://${scpLike[1]}/${path}`;
  const ssh = scpLike === null ? address : `${scpLike[1]}:${scpLike[2]}`;
  return [url.replace(/^ssh:\/\/(?:[^/@]*@)?/i, 'https://'), ssh];
}

function checkAddress(address: string, dependency: { name: string; source: string }): void {
  try {
    validateRepository(address);
  } catch (error) {
    if (!(error instanceof CachitoError)) throw error;
    throw new ValidationError(`The git dependency ${shown(dependency)} cannot be fetched. ${error.message}`);
  }
}

/** Whoever logs in as somebody else than `git`, or at another port, may see another repository. */
function identityOf(first: string, ssh: string | undefined): string {
  const plain = new URL(first);
  const user = /^(?:ssh:\/\/)?([^@/:]*)@/i.exec(ssh ?? '')?.[1] ?? 'git';
  const isPlain = ssh === undefined || (user === 'git' && plain.port === '');
  const login = isPlain || user === 'git' ? '' : `${user}@`;
  const scheme = isPlain ? plain.protocol : 'ssh:';
  return `git+${scheme}//${login}${plain.host}${plain.pathname}`;
}
