import { describe, expect, it } from '@jest/globals';
import { testConfiguration } from '../../config/testing.js';
import type { LoginAttempt } from '../login.strategy.js';
import { IdentityReader } from './identity-headers.js';

const auth = {
  trustedProxies: ['10.1.0.0/16', '127.0.0.1/32', 'fd00::/8', '192.0.2.7'],
  remoteUserHeader: 'remote-user',
  clientCertificateSubjectHeader: 'ssl-client-s-dn',
  clientCertificateVerdictHeader: 'ssl-client-verify',
};
const reader = new IdentityReader(testConfiguration({ auth }).auth);

/** The name of the user, `absent`, or why not. */
function read(address: string | undefined, ...rawHeaders: string[]): string {
  return told(reader.read({ rawHeaders, socket: { remoteAddress: address } }));
}

function told(attempt: LoginAttempt): string {
  if (attempt.kind === 'identified') return attempt.identity.username;
  return attempt.kind === 'refused' ? `refused: ${attempt.why}` : 'absent';
}

describe('IdentityReader', () => {
  it.each([
    ['10.1.2.3', 'alice'],
    ['127.0.0.1', 'alice'],
    ['::ffff:127.0.0.1', 'alice'],
    ['::ffff:10.1.2.3', 'alice'],
    ['fd12::1', 'alice'],
    ['192.0.2.7', 'alice'],
    ['192.0.2.8', 'absent'],
    ['10.2.0.1', 'absent'],
    ['::1', 'absent'],
    ['::ffff:192.0.2.8', 'absent'],
    ['not an address', 'absent'],
    [undefined, 'absent'],
  ])('believes headers from %s: %s', (address, expected) => {
    expect(read(address, 'Host', 'x', 'Remote-User', 'alice')).toBe(expected);
  });

  it.each<[string, string[], string | RegExp]>([
    ['no header', ['Host', 'x'], 'absent'],
    ['any letter case', ['REMOTE-USER', 'alice'], 'alice'],
    ['surrounding blanks', ['Remote-User', '  alice\t'], 'alice'],
    ['blanks inside', ['Remote-User', 'Alice Liddell'], 'Alice Liddell'],
    ['empty', ['Remote-User', ''], 'absent'],
    ['blanks alone', ['Remote-User', ' \t '], 'absent'],
    ['twice', ['Remote-User', 'alice', 'remote-user', 'root'], /^refused: The header remote-user came more than once$/],
    ['twice the same', ['Remote-User', 'alice', 'Remote-User', 'alice'], /^refused: .*more than once/],
    ['empty, then another', ['Remote-User', '', 'Remote-User', 'root'], /^refused: .*more than once/],
    ['joined by a proxy in between', ['Remote-User', 'root, alice'], 'root, alice'],
    ['with an underscore', ['Remote_User', 'root'], /^refused: The header remote_user is not the one/],
    ['with an underscore beside the right one', ['Remote-User', 'alice', 'Remote_User', 'root'], /^refused: .*remote_user/],
    ['folded into two lines', ['Remote-User', 'alice\r\n root'], /^refused: .*not plain/],
    ['with a control character', ['Remote-User', 'ali\tce'], /^refused: .*not plain/],
    ['with NUL', ['Remote-User', 'root\0'], /^refused: .*not plain/],
    ['long', ['Remote-User', 'a'.repeat(255)], 'a'.repeat(255)],
    ['too long', ['Remote-User', 'a'.repeat(256)], /^refused: .*255 characters/],
    ['UTF-8', ['Remote-User', latin1('Zoë')], 'Zoë'],
    ['UTF-8 whose last byte looks like a blank', ['Remote-User', latin1('voilà')], 'voilà'],
    ['broken UTF-8', ['Remote-User', '\xff\xfe'], /^refused: .*not plain/],
    ['control characters in UTF-8', ['Remote-User', latin1('a\u0085b')], /^refused: .*not plain/],
    ['another header with the name', ['X-Remote-User', 'root'], 'absent'],
    ['the same value by prefix', ['Remote-Users', 'root'], 'absent'],
    ['certificate', ['Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=worker,O=x'], 'CN=worker,O=x'],
    ['no certificate', ['Ssl-Client-Verify', 'NONE'], 'absent'],
    ['no certificate, but a subject', ['Ssl-Client-Verify', 'NONE', 'Ssl-Client-S-Dn', 'CN=w'], 'absent'],
    ['certificate not verified', ['Ssl-Client-Verify', 'FAILED', 'Ssl-Client-S-Dn', 'CN=worker'], /^refused: .*not verified/],
    ['certificate not verified, with a reason', ['Ssl-Client-Verify', 'FAILED:certificate has expired', 'Ssl-Client-S-Dn', 'CN=w'], /^refused: .*not verified/],
    ['certificate that nobody checked (Apache)', ['Ssl-Client-Verify', 'GENEROUS', 'Ssl-Client-S-Dn', 'CN=w'], /^refused: .*not verified/],
    ['verdict in small letters', ['Ssl-Client-Verify', 'success', 'Ssl-Client-S-Dn', 'CN=w'], /^refused: .*not verified/],
    ['verdicts joined', ['Ssl-Client-Verify', 'FAILED, SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], /^refused: .*not verified/],
    ['certificate without verdict', ['Ssl-Client-S-Dn', 'CN=worker'], /^refused: .*not verified/],
    ['verdict without certificate', ['Ssl-Client-Verify', 'SUCCESS'], /^refused: .*no subject/],
    ['verdict twice', ['Ssl-Client-Verify', 'FAILED', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], /^refused: .*more than once/],
    ['subject twice', ['Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w', 'Ssl-Client-S-Dn', 'CN=v'], /^refused: .*more than once/],
    ['user before certificate', ['Remote-User', 'alice', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], 'alice'],
    ['empty user, then certificate', ['Remote-User', '', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], 'CN=w'],
    ['user twice, then certificate', ['Remote-User', 'a', 'Remote-User', 'b', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], /^refused: .*more than once/],
  ])('%s', (_, headers, expected) => {
    expect(read('127.0.0.1', ...headers)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it('takes a header whose own name has an underscore', () => {
    const own = new IdentityReader(testConfiguration({ auth: { ...auth, remoteUserHeader: 'remote_user' } }).auth);
    const readOwn = (...rawHeaders: string[]): string => told(own.read({ rawHeaders, socket: { remoteAddress: '192.0.2.7' } }));
    expect(readOwn('REMOTE_USER', 'alice')).toBe('alice');
    expect(readOwn('Remote-User', 'root')).toMatch(/^refused: The header remote-user /);
  });

  it('believes nobody without trusted proxies', () => {
    const none = new IdentityReader(testConfiguration({ auth: { ...auth, trustedProxies: [] } }).auth);
    expect(told(none.read({ rawHeaders: ['Remote-User', 'root'], socket: { remoteAddress: '127.0.0.1' } }))).toBe('absent');
  });
});

/** As Node gives the bytes of a header. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
