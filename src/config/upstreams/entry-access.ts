import { resolve } from 'node:path';
import { WrongValue } from '../options/option.js';
import { type Fields, onlyTrue, text } from './fields.js';
import { readCertificates, readSecret } from './small-files.js';
import type { UpstreamAccess } from './upstreams.js';

/** How a token becomes the `Authorization` header, by what the servers of an ecosystem take. */
export type TokenScheme = (token: string) => string;

export const bearer: TokenScheme = (token) => `Bearer ${token}`;
/** GitLab, GitHub and others take a token as the password of this user. */
export const gitToken: TokenScheme = (token) => basic('oauth2', token);
/** As PyPI has it. */
export const pipToken: TokenScheme = (token) => basic('__token__', token);

/**
 * Reads the keys about credentials and certificates of an entry: `token_file`, or `username` and `password_file`, or
 * `netrc`; `ca_file`. Paths are relative to `directory`. `url` is what they are for; undefined when that is wrong.
 */
export function readAccess(
  fields: Fields,
  place: string,
  url: string | undefined,
  directory: string,
  scheme: TokenScheme,
): Omit<UpstreamAccess, 'url'> {
  const secret = (value: unknown): string => readSecret(resolve(directory, text(value)));
  const token = fields.get('token_file', (value) => tokenOf(secret(value)));
  const username = fields.get('username', userName);
  const password = fields.get('password_file', secret);
  const ca = fields.get('ca_file', (value) => readCertificates(resolve(directory, text(value))));
  fields.get('netrc', onlyTrue);
  const ways = ['token_file', 'password_file', 'netrc'].filter((key) => fields.has(key));
  if (ways.length > 1) fields.complain(`${place} has ${ways.join(' and ')}; one of them is enough`);
  if (fields.has('username') !== fields.has('password_file'))
    fields.complain(`${place} must have username and password_file together`);
  const protocol = url === undefined ? undefined : new URL(url).protocol;
  if (ways.length > 0 && protocol === 'ssh:')
    fields.complain(`${place} has ${ways[0]}, but ssh uses the keys in the home of the service`);
  if (fields.has('ca_file') && protocol !== undefined && protocol !== 'https:')
    fields.complain(`${place}.ca_file is for https addresses only`);
  if (token !== undefined) return { authorization: scheme(token), ca };
  const pair = username !== undefined && password !== undefined;
  return { authorization: pair ? basic(username, password) : undefined, ca };
}

function tokenOf(secret: string): string {
  if (/^[\x21-\x7e]+$/.test(secret)) return secret;
  throw new WrongValue('must name a file with a token of visible ASCII characters');
}

function userName(value: unknown): string {
  const name = text(value);
  if (/[:\p{Cc}]/u.test(name)) throw new WrongValue('must have no colon or control characters');
  return name;
}

/** RFC 7617, with UTF-8. */
function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
