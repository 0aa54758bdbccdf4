import { TransientFailure } from '../../../download/index.js';
import {
  FileAccessError,
  InvalidRequestData,
  NetworkError,
  RepositoryAccessError,
  UnsupportedFeature,
  ValidationError,
} from '../../../errors/index.js';
import type { Remote } from '../../remote/remote.js';
import { DamagedRepositoryError } from '../git-client.js';
import { GitFailure } from './git-process.js';

type Explain = (context: { url: string; commit: string; detail: string }) => Error;

/** What the system says of a full disk, and git when a write ends early. */
const DISK_FULL = /No space left on device|Out of diskspace|Disk quota exceeded/;

/**
 * What git's messages (in the C locale) mean, most telling first: several may stand in one output, since a failing
 * helper makes git complain as well. What a remote says (`remote: …`) is no sign of trouble on this host.
 */
const MEANINGS: readonly (readonly [RegExp, Explain])[] = [
  [
    new RegExp(`^(?!remote: ).*(?:${DISK_FULL.source}|Read-only file system)`),
    () => new FileAccessError('The disk of the service is full or read-only. Tell its administrators.'),
  ],
  [
    /(?:fsck error|fatal: fsck)[^\n]*/,
    ({ detail }) => new ValidationError(`The repository holds an object that git refuses as unsafe (${detail}).`),
  ],
  [
    /mismatched algorithms|unsupported object format|unknown object format/,
    () => new UnsupportedFeature('Repositories with SHA-256 object ids are not supported.'),
  ],
  [
    /not our ref|couldn't find remote ref|unadvertised object|no such remote ref|bad object [0-9a-f]{40}/i,
    ({ commit, url }) => new InvalidRequestData(`There is no commit ${commit} in ${url}. Check that it was pushed.`),
  ],
  [
    /Operation too slow|Operation timed out|Connection timed out|Timeout was reached/i,
    ({ url }) => new TransientFailure(new NetworkError(`The git server of ${url} answers too slowly.`)),
  ],
  [
    /returned error: (?:408|425|429|5\d\d)/,
    ({ url, detail }) =>
      new TransientFailure(new RepositoryAccessError(`The git server of ${url} is out of order (${detail}).`)),
  ],
  [
    /Authentication failed|could not read (?:Username|Password)|returned error: 40[13]|Permission denied|Host key verification failed/,
    ({ url, detail }) =>
      new RepositoryAccessError(
        `${url} refuses access (${detail}). It may not exist, or the service lacks credentials or the host's key.`,
      ),
  ],
  [
    /returned error: \d+|unable to update url base from redirection|not found|does not appear to be a git repository/i,
    ({ url, detail }) =>
      new RepositoryAccessError(`The repository ${url} was not found (${detail}). Check the address.`),
  ],
  [
    /certificate|SSL_|GnuTLS|TLS/,
    ({ url, detail }) => new RepositoryAccessError(`No secure connection to ${url} (${detail}).`),
  ],
  [
    /Could not resolve|Couldn't connect|Failed to connect|Connection (?:refused|reset|closed)|Empty reply|hung up|early EOF|unexpected disconnect|RPC failed|Recv failure|transfer closed/i,
    ({ url, detail }) =>
      new TransientFailure(new RepositoryAccessError(`The connection to ${url} failed (${detail}).`)),
  ],
  [
    /^(?!remote: ).*(?:not a git repository|\.lock': File exists|loose object [0-9a-f]+ .*corrupt|packfile .* (?:cannot be|is) |object file .* is empty|unable to (?:find|read) [0-9a-f]{40}|index-pack died|Could not read [0-9a-f]{40}|bad config|shallow file has changed)/,
    ({ detail }) => new DamagedRepositoryError(detail),
  ],
];

/**
 * The error of the service for a failed conversation with a remote. Whatever is not recognised is the server's
 * nonsense: `RepositoryAccessError`.
 */
export function remoteFailure(failure: unknown, { url }: Remote, commit: string, directory: string): unknown {
  if (!(failure instanceof GitFailure)) return failure;
  for (const [pattern, explain] of MEANINGS) {
    const detail = line(failure.stderr, pattern, directory);
    if (detail !== undefined) return explain({ url, commit, detail });
  }
  const detail = line(failure.stderr, /^(?:fatal|error): [^\n]*/m, directory) ?? 'it ended without a word';
  return new RepositoryAccessError(`git cannot fetch from ${url} (${detail}).`);
}

/** The error of the service for a failed local command: the repository is a cache that can be made again. */
export function localFailure(failure: unknown): unknown {
  if (!(failure instanceof GitFailure)) return failure;
  if (DISK_FULL.test(failure.stderr)) {
    return new FileAccessError('The disk of the service is full. Tell its administrators.');
  }
  return new DamagedRepositoryError(failure.message);
}

/** The line that matches, without paths of this host and short enough to be shown. */
function line(stderr: string, pattern: RegExp, directory: string): string | undefined {
  const found = stderr.split('\n').find((candidate) => pattern.test(candidate));
  if (found === undefined) return undefined;
  return found
    .replaceAll(directory, '')
    .replace(/^(?:fatal|error): /, '')
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .trim()
    .slice(0, 200);
}
