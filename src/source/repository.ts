import { isIP } from 'node:net';
import type { Credentials } from '../download/index.js';
import { ValidationError } from '../errors/index.js';

/** A git repository's address, taken apart and checked. */
export interface Repository {
  transport: 'http' | 'https' | 'ssh';
  /** Lower case; an IPv6 address without brackets. */
  host: string;
  port: number;
  /** As the server gets it; starts with `/` unless it is an scp-like address relative to the home directory. */
  path: string;
  /** Whom to log in as; ssh only. */
  user: string | undefined;
  /** From the user part of an http(s) address, kept apart so that no address ever shows them. */
  credentials: Credentials | undefined;
  /** The address without password, token, query or fragment: fit for rows and logs. */
  address: string;
}

const MAX_LENGTH = 200;
const HOST = /^(?!-)[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?\.?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/** `user@host:path`, as git and scp read it; the path must not start with `//`, or it is a URL. */
const SCP_LIKE = /^(?:([^@:/]+)@)?([^@:/]+):(?!\/\/)(.+)$/;
/** Words before a colon that are schemes gone wrong (`file:/etc`), not hosts of an scp-like address. */
const SCHEME_NAMES = new Set(['file', 'http', 'https', 'ssh', 'git', 'ftp', 'ftps', 'ext', 'fd', 'data', 'javascript']);
const DEFAULT_PORTS = { http: 80, https: 443, ssh: 22 } as const;

/**
 * Name of the archive of a repository: the path part of its URL without slashes at the ends and without one `.git`;
 * an scp-like address is a path as a whole. Takes any string (the search uses it too).
 */
export function repoName(repo: string): string {
  const trimmed = stripSlashes(urlPath(repo));
  return trimmed.endsWith('.git') ? trimmed.slice(0, -'.git'.length) : trimmed;
}

/**
 * The address without user name and password (an ssh user name stays: it is no secret, and part of the address),
 * query and fragment. Takes any string; what cannot be read as a URL loses everything that could be user information.
 */
export function sanitizeRepository(repo: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(repo);
  if (scheme === null) return repo;
  const rest = repo.slice(scheme[0].length).replace(/[?#].*$/s, '');
  const slash = rest.search(/[/\\]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  const keptUser = /^(git\+)?ssh$/i.test(scheme[1] ?? '') && user !== '' ? `${user.split(':')[0]}@` : '';
  return `${scheme[0].toLowerCase()}${keptUser}${authority.slice(at + 1).toLowerCase()}${path}`;
}

/**
 * Host and port of an address. Throws `ValidationError` unless git could clone it over http, https or ssh. Touches no
 * network.
 */
export function validateRepository(repo: string): { host: string; port: number } {
  const { host, port } = parseRepository(repo);
  return { host, port };
}

/** The checked parts of an address. Throws `ValidationError` with what is wrong; its message holds no credentials. */
export function parseRepository(repo: string): Repository {
  if (repo.length === 0) throw new ValidationError('The repository address is empty.');
  if (repo.length > MAX_LENGTH)
    throw new ValidationError(`The repository address is longer than ${MAX_LENGTH} characters.`);
  if (/[\s\p{Cc}\p{Cf}\p{Surrogate}\\]/u.test(repo)) {
    throw new ValidationError('The repository address must have no spaces, control characters or backslashes.');
  }
  if (repo.startsWith('-')) throw new ValidationError('The repository address must not start with "-".');
  if (repo.includes('::') && !repo.includes('[')) throw unsupportedScheme(repo.split('::', 1)[0]);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(repo)?.[1]?.toLowerCase();
  if (scheme === undefined) return parseScpLike(repo);
  switch (scheme) {
    case 'http':
    case 'https':
    case 'ssh':
      return parseUrl(repo, scheme);
    default:
      throw unsupportedScheme(scheme);
  }
}

/** The repository at an address, with the credentials that it was submitted with, if it is the same. */
export function repositoryAt(address: string, submitted: string | undefined): Repository {
  const repository = parseRepository(submitted ?? address);
  return repository.address === address ? repository : parseRepository(address);
}

function parseUrl(repo: string, transport: 'http' | 'https' | 'ssh'): Repository {
  // ssh is no "special" scheme of the URL standard: as http the host gets the same strict reading (no odd addresses).
  const readable = transport === 'ssh' ? repo.replace(/^ssh:/i, 'http:') : repo;
  // The URL parser skips any number of slashes, and would take the first name of the path for the host.
  const url = URL.canParse(readable) && !/^[a-z]+:\/{3}/i.test(repo) ? new URL(readable) : undefined;
  if (url === undefined) throw new ValidationError('The repository address is not a valid URL.');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(repo)) {
    throw new ValidationError('The repository address must have no query or fragment.');
  }
  // The URL parser resolves these silently, which no git server does.
  if (/\/(?:\.|%2e){1,2}(?=\/|$)/i.test(repo)) {
    throw new ValidationError('The path in the repository address must not hold "." or "..".');
  }
  const host = checkedHost(url.hostname.replace(/^\[|\]$/g, ''));
  const path = checkedPath(url.pathname);
  const port = portOf(url.port, readable, transport);
  const username = decoded(url.username);
  const password = decoded(url.password);
  if (transport === 'ssh') {
    if (password !== '')
      throw new ValidationError('An ssh repository address takes no password; ssh keys of the service are used.');
    checkUser(username);
  }
  return {
    transport,
    host,
    port,
    path,
    user: transport === 'ssh' && username !== '' ? username : undefined,
    credentials: transport !== 'ssh' && (username !== '' || password !== '') ? { username, password } : undefined,
    address: sanitizeRepository(repo),
  };
}

function parseScpLike(repo: string): Repository {
  const match = SCP_LIKE.exec(repo);
  if (match === null) {
    throw new ValidationError(
      'The repository address must be an http, https or ssh URL, or have the form user@host:path.',
    );
  }
  const [, user = '', host = '', path = ''] = match;
  checkUser(user);
  if (user === '' && SCHEME_NAMES.has(host.toLowerCase())) throw unsupportedScheme(host.toLowerCase());
  if (host.length === 1) throw new ValidationError('The repository address must be remote, not a path.');
  if (user === '' && /^[^/]*@/.test(path)) {
    throw new ValidationError('An ssh repository address takes no password; ssh keys of the service are used.');
  }
  return {
    transport: 'ssh',
    host: checkedHost(host.toLowerCase()),
    port: DEFAULT_PORTS.ssh,
    path: checkedPath(path),
    user: user === '' ? undefined : user,
    credentials: undefined,
    address: repo,
  };
}

function checkUser(user: string): void {
  if (user !== '' && !USER.test(user))
    throw new ValidationError('The user name in the repository address is not valid.');
}

function checkedHost(host: string): string {
  if (isIP(host) === 0 && (host.length > 253 || !HOST.test(host))) {
    throw new ValidationError('The host in the repository address is not valid.');
  }
  return host;
}

function checkedPath(path: string): string {
  const plain = decoded(path);
  if (stripSlashes(plain) === '' || /[\p{Cc}\\]/u.test(plain)) {
    throw new ValidationError('The repository address must name a path on its host.');
  }
  if (plain.startsWith('-') || plain.split('/').some((name) => name === '..' || name === '.')) {
    throw new ValidationError('The path in the repository address must not start with "-" or hold "." or "..".');
  }
  return path;
}

function portOf(port: string, readable: string, transport: keyof typeof DEFAULT_PORTS): number {
  if (port !== '') return checkedPort(Number(port));
  // The URL parser drops port 80 of what it was given as http.
  const authority = /^[a-z]+:\/\/([^/]*)/i.exec(readable)?.[1] ?? '';
  return transport === 'ssh' && /:0*80$/.test(authority) ? 80 : DEFAULT_PORTS[transport];
}

function checkedPort(port: number): number {
  if (port === 0) throw new ValidationError('The port in the repository address is not valid.');
  return port;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ValidationError('The repository address holds a broken percent-encoding.');
  }
}

function unsupportedScheme(scheme: string | undefined): ValidationError {
  const shown = /^[A-Za-z][A-Za-z0-9+.-]{0,20}$/.test(scheme ?? '') ? ` "${scheme}"` : '';
  return new ValidationError(`The transport${shown} of the repository address is not allowed; use https, http or ssh.`);
}

function urlPath(repo: string): string {
  const match = /^[a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)([^?#]*)/i.exec(repo);
  return match === null ? repo : (match[1] ?? '');
}

function stripSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (start < end && path[start] === '/') start += 1;
  while (end > start && path[end - 1] === '/') end -= 1;
  return path.slice(start, end);
}
