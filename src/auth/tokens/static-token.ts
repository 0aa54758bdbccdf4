import { createHash, randomBytes } from 'node:crypto';
import { STATIC_PREFIX } from './bearer.js';

/** Nobody can try 2^256 tokens, so a plain SHA-256 of one tells nothing: slow hashes are for passwords. */
const RANDOM_BYTES = 32;
const FORM = new RegExp(`^${STATIC_PREFIX}[A-Za-z0-9_-]{43}$`);

/** A fresh token, and its SHA-256 (lower-case hexadecimal), which is all that is kept of it. */
export function createStaticToken(): { token: string; sha256: string } {
  const token = `${STATIC_PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
  return { token, sha256: digestOf(token).toString('hex') };
}

/** Whether it was made by `createStaticToken`, as far as one can see: a token that somebody thought up is none. */
export function isStaticToken(token: string): boolean {
  return FORM.test(token);
}

export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
