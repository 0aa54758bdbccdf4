import type { IncomingMessage } from 'node:http';

/** What every call that lacks a bearer token is invited to bring (RFC 6750 §3). */
export const BEARER_CHALLENGE = 'Bearer realm="cachito"';
/** What a call gets whose token is not good. */
export const INVALID_TOKEN = `${BEARER_CHALLENGE}, error="invalid_token"`;

/** Static tokens begin so; every other bearer token is one of an issuer. */
export const STATIC_PREFIX = 'cachito_';

/** The bearer token of a call (RFC 6750 §2.1). */
type BearerToken = { kind: 'absent' } | { kind: 'wrong'; why: string } | { kind: 'present'; token: string };

/**
 * Reads the bearer token from the `Authorization` header. Of several such headers none is believed: Node and whatever
 * stands in front may each have looked at another one.
 */
export function bearerToken({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): BearerToken {
  const values = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1].toLowerCase() === 'authorization');
  if (values.length > 1) return { kind: 'wrong', why: 'there are several Authorization headers' };
  const [scheme, ...rest] = (values[0] ?? '').trim().split(/ +/);
  if (scheme.toLowerCase() !== 'bearer') return { kind: 'absent' };
  const [token = ''] = rest;
  if (rest.length === 1 && /^[\w.~+/-]+=*$/.test(token)) return { kind: 'present', token };
  return { kind: 'wrong', why: 'the Authorization header holds no bearer token' };
}
