import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { negotiateToken } from './negotiate-token.js';

/** An initial token (RFC 2743) of a mechanism, given as DER in hex. */
function initial(mechanism: string, content = 'a0030201', length = '0c'): string {
  return Buffer.from(`60${length}${mechanism}${content}`, 'hex').toString('base64');
}

const SPNEGO = initial('06062b0601050502');
const KERBEROS = initial('06092a864886f712010202', '010000', '820123');
const NTLM = Buffer.from('NTLMSSP\0\x01\0\0\0\x07\x82\x08\xa2', 'latin1').toString('base64');

function read(...values: string[]): ReturnType<typeof negotiateToken> {
  return negotiateToken(['Host', 'localhost', ...values.flatMap((value) => ['AuthoriZation', value]), 'X-A', 'b']);
}

describe('negotiateToken', () => {
  it.each([
    ['no header', []],
    ['another scheme', ['Bearer abc']],
    ['NTLM by its own scheme', [`NTLM ${NTLM}`]],
    ['a scheme with the same beginning', [`Negotiates ${SPNEGO}`]],
    ['several of other schemes', ['Bearer a', 'Basic b']],
  ])('absent: %s', (_, values) => {
    expect(read(...values)).toEqual({ kind: 'absent' });
  });

  it.each([
    ['SPNEGO', `Negotiate ${SPNEGO}`, SPNEGO],
    ['Kerberos without SPNEGO', `Negotiate ${KERBEROS}`, KERBEROS],
    ['the scheme in another case, more spaces', `nEGOTIATE   ${SPNEGO}`, SPNEGO],
    ['as large as Windows makes them', `Negotiate ${large(48_000)}`, large(48_000)],
  ])('a token: %s', (_, value, token) => {
    expect(read(value)).toEqual({ kind: 'token', token });
  });

  it.each([
    ['nothing behind the scheme', ['Negotiate'], /one token/],
    ['only a space', ['Negotiate '], /one token/],
    ['characters that base64 has not', ['Negotiate %%%%'], /one token/],
    ['two tokens', [`Negotiate ${SPNEGO} ${SPNEGO}`], /one token/],
    ['parameters', [`Negotiate ${SPNEGO}, realm="x"`], /one token/],
    ['base64 that ends early', ['Negotiate YAw'], /not base64/],
    ['base64 for URLs', ['Negotiate YAw-_w=='], /one token/],
    ['bits left over', ['Negotiate YR=='], /not base64/],
    ['two headers', [`Negotiate ${SPNEGO}`, `Negotiate ${SPNEGO}`], /several/],
    ['two headers, one of another scheme', ['Bearer abc', `Negotiate ${SPNEGO}`], /several/],
    ['too large', [`Negotiate ${large(48_003)}`], /more than 48000 bytes/],
    ['NTLM', [`Negotiate ${NTLM}`], /NTLM/],
    ['a second round', [`Negotiate ${Buffer.from('a1073005a0030a0100', 'hex').toString('base64')}`], /continues/],
    ['IAKERB', [`Negotiate ${initial('06062b0601050205')}`], /not one of Kerberos/],
    ['user-to-user', [`Negotiate ${initial('060a2a864886f71201020203')}`], /not one of Kerberos/],
    ['one byte', ['Negotiate YA=='], /not one of Kerberos/],
    ['a length beyond the end', [`Negotiate ${Buffer.from('60ff', 'hex').toString('base64')}`], /not one of Kerberos/],
  ])('wrong: %s', (_, values, why) => {
    expect(read(...values)).toEqual({ kind: 'wrong', why: expect.stringMatching(why) });
  });

  it('lets no random bytes pass for a token of Kerberos', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(read(`Negotiate ${Buffer.from(bytes).toString('base64')}`).kind).toBe('wrong');
      }),
    );
  });

  it('throws at no header', () => {
    fc.assert(fc.property(fc.string(), (value) => void read(value)), { numRuns: 300 });
    fc.assert(fc.property(fc.string(), (value) => void read(`Negotiate ${value}`)), { numRuns: 300 });
  });
});

function large(bytes: number): string {
  return Buffer.concat([Buffer.from(SPNEGO, 'base64'), Buffer.alloc(bytes)]).subarray(0, bytes).toString('base64');
}
