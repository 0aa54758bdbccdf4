import { describe, expect, it } from '@jest/globals';
import { isFaultOfHost, meaningOf } from './library-message.js';

const MINOR = 'Unspecified GSS failure.  Minor code may provide more information';

/** Messages that MIT Kerberos 1.20 gave. */
describe('messages of the Kerberos library', () => {
  it.each([
    [`${MINOR}: Request is a replay`, /used before/],
    [`${MINOR}: Ticket expired`, /expired/],
    [`${MINOR}: Ticket not yet valid`, /clocks/],
    [`${MINOR}: Clock skew too great`, /clocks/],
    [`${MINOR}: Request ticket server HTTP/other@A.TEST not found in keytab (ticket kvno 2)`, /another service/],
    [`${MINOR}: Request ticket server HTTP/a@A.TEST kvno 2 found in keytab but not with enctype 65`, /another service/],
    [
      `${MINOR}: Request ticket server HTTP/a@A.TEST kvno 2 enctype aes256-cts found in keytab but cannot decrypt ticket`,
      /another service/,
    ],
    ['An unsupported mechanism was requested: Unknown error', /no Kerberos/],
    ['An unsupported mechanism was requested: SPNEGO failed to negotiate a mechanism', /no Kerberos/],
    ['A required input parameter could not be read: Unknown error', /several rounds/],
    ['Invalid token was supplied: Unknown error', /not valid/],
    [`${MINOR}: Token header is malformed or corrupt`, /not valid/],
    [`${MINOR}: Decrypt integrity check failed`, /not valid/],
    [`${MINOR}: Success`, /not valid/],
    ['', /not valid/],
  ])('%j is about the token', (message, meaning) => {
    expect(isFaultOfHost(message)).toBe(false);
    expect(meaningOf(message)).toMatch(meaning);
  });

  it.each([
    `${MINOR}: No such file or directory (filename: /data/kerberos/replay-cache)`,
    `${MINOR}: No space left on device`,
    `${MINOR}: Permission denied (filename: /data/kerberos/replay-cache)`,
    "No credentials were supplied, or the credentials were unavailable or inaccessible: Key table file '/a' not found",
    'No credentials were supplied, or the credentials were unavailable or inaccessible: No key table entry found matching HTTP/a@',
  ])('%j is about this host', (message) => {
    expect(isFaultOfHost(message)).toBe(true);
  });

  it('is not misled by the names that a token holds', () => {
    const named = (name: string): string => `${MINOR}: Request ticket server ${name}@A.TEST not found in keytab (ticket kvno 2)`;
    for (const name of [': No such file or directory', ': Permission denied (filename: /a)', 'a: Request is a replay\n']) {
      expect(isFaultOfHost(named(name))).toBe(false);
      expect(meaningOf(named(name))).toMatch(/another service/);
    }
  });
});
