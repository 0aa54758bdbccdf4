import { readFileSync, statSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { WrongValue } from '../options/option.js';

const MAX_SECRET = 8 * 1024;
const MAX_CERTIFICATES = 1024 * 1024;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The text of a regular file of at most `maxSize` bytes. Throws `WrongValue`, which names neither file nor content. */
export function readSmallFile(file: string, maxSize: number): string {
  try {
    const stats = statSync(file);
    // Reading a pipe would wait for ever.
    if (!stats.isFile()) throw new WrongValue('must name a file');
    if (stats.size > maxSize) throw new WrongValue(`must name a file of at most ${maxSize} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof WrongValue) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new WrongValue('must name a text in UTF-8');
    throw new WrongValue(`cannot be read (${String(code)})`);
  }
}

/** The one line of a file, without white space around it. Throws `WrongValue`. */
export function readSecret(file: string): string {
  const secret = readSmallFile(file, MAX_SECRET).trim();
  if (secret === '') throw new WrongValue('must name a file that is not empty');
  if (/[\r\n]/.test(secret)) throw new WrongValue('must name a file with one line');
  if (/\p{Cc}/u.test(secret)) throw new WrongValue('must name a file without control characters');
  return secret;
}

/** The certificates (PEM) of a file, without anything else that stands in it. Throws `WrongValue`. */
export function readCertificates(file: string): string {
  const found = readSmallFile(file, MAX_CERTIFICATES).match(CERTIFICATE) ?? [];
  if (found.length === 0 || !found.every(isCertificate)) throw new WrongValue('must name a file of certificates (PEM)');
  return `${found.join('\n')}\n`;
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}
