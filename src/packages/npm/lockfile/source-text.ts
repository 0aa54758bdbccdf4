import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';

/** Bytes of a source; more, with name and digest, do not fit into an index of the catalogue. */
export const MAX_SOURCE = 2048;
const PRINTABLE = /^[\x21-\x7e]+$/;
const GIT = /^git(?:\+(?:https?|ssh))?:\/\//;
const FORGE = /^(?:github|gitlab|bitbucket):/;
/** `acme/kite`, `group/sub/kite`: names that need no escaping. */
const FORGE_PATH = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)+$/;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Whether a source is a git repository by address. */
export function isGitAddress(source: string): boolean {
  return GIT.test(source);
}

/** Whether a source names a repository of a forge in short, such as `github:acme/kite#<commit>`. */
export function isForgeShorthand(source: string): boolean {
  return FORGE.test(source);
}

/** Throws `InvalidFileFormat` naming the dependency unless a git source is well-formed and names a whole commit. */
export function checkGitSource(source: string, name: string): void {
  checkSourceText(source, name);
  const hash = source.lastIndexOf('#');
  const place = hash < 0 ? source : source.slice(0, hash);
  if (hash < 0 || !COMMIT.test(source.slice(hash + 1))) {
    throw new InvalidFileFormat(
      `The git dependency ${quote(`${name}@${withoutCredentials(source)}`)} does not name a commit by its whole id ` +
        'behind "#". Let npm write the lock file anew.',
    );
  }
  if (isForgeShorthand(source) && !isForgePath(place.slice(place.indexOf(':') + 1))) {
    throw new InvalidFileFormat(
      `${quote(`${name}@${withoutCredentials(source)}`)} does not name a repository as "<owner>/<name>".`,
    );
  }
}

/** Throws `InvalidFileFormat` for a source with spaces, control or non-ASCII characters, or of absurd length. */
export function checkSourceText(source: string, name: string): void {
  if (source.length <= MAX_SOURCE && PRINTABLE.test(source)) return;
  throw new InvalidFileFormat(`The source of ${name} is not an address: ${quote(withoutCredentials(source))}.`);
}

/**
 * A source as it may be shown and recorded: without user name and password, but for the user name of ssh, which is
 * part of the address there.
 */
export function withoutCredentials(source: string): string {
  // As the URL standard reads it, which skips any number of slashes of both kinds.
  const start = /^[^:]*:[/\\]*/.exec(source)?.[0].length ?? 0;
  const slash = source.slice(start).search(/[/\\?#]/);
  const end = slash < 0 ? source.length : start + slash;
  const at = source.lastIndexOf('@', end);
  if (at < start || at >= end) return source;
  const user = source.slice(start, at).split(':', 1)[0];
  const isSsh = /^(?:git\+)?ssh:/.test(source);
  const kept = user !== '' && (isSsh || user === 'git') ? `${user}@` : '';
  return source.slice(0, start) + kept + source.slice(at + 1);
}

function isForgePath(path: string): boolean {
  return FORGE_PATH.test(path) && path.split('/').every((name) => name !== '.' && name !== '..');
}
