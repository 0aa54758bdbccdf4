import { describe, expect, it } from '@jest/globals';
import { testConfiguration } from '../../config/testing.js';
import { IdentityReader } from './identity-headers.js';

const auth = {
  trustedProxies: ['10.1.0.0/16', '127.0.0.1/32', 'fd00::/8', '192.0.2.7'],
  remoteUserHeader: 'remote-user',
  clientCertificateSubjectHeader: 'ssl-client-s-dn',
  clientCertificateVerdictHeader: 'ssl-client-verify',
};
const reader = new IdentityReader(testConfiguration({ auth }).auth);

function read(address: string | undefined, ...rawHeaders: string[]): string | undefined {
  return reader.read({ rawHeaders, socket: { remoteAddress: address } })?.username;
}

describe('IdentityReader', () => {
  it.each([
    ['10.1.2.3', 'alice'],
    ['127.0.0.1', 'alice'],
    ['::ffff:127.0.0.1', 'alice'],
    ['::ffff:10.1.2.3', 'alice'],
    ['fd12::1', 'alice'],
    ['192.0.2.7', 'alice'],
    ['192.0.2.8', undefined],
    ['10.2.0.1', undefined],
    ['::1', undefined],
    ['::ffff:192.0.2.8', undefined],
    ['not an address', undefined],
    [undefined, undefined],
  ])('believes headers from %s: %s', (address, expected) => {
    expect(read(address, 'Host', 'x', 'Remote-User', 'alice')).toBe(expected);
  });

  it.each([
    ['no header', ['Host', 'x'], undefined],
    ['any letter case', ['REMOTE-USER', 'alice'], 'alice'],
    ['surrounding blanks', ['Remote-User', '  alice '], 'alice'],
    ['empty', ['Remote-User', ''], undefined],
    ['twice', ['Remote-User', 'alice', 'remote-user', 'root'], undefined],
    ['twice the same', ['Remote-User', 'alice', 'Remote-User', 'alice'], undefined],
    ['with an underscore', ['Remote_User', 'root'], undefined],
    ['with an underscore beside the right one', ['Remote-User', 'alice', 'Remote_User', 'root'], undefined],
    ['folded into two lines', ['Remote-User', 'alice\r\n root'], undefined],
    ['with a control character', ['Remote-User', 'ali\tce'], undefined],
    ['too long', ['Remote-User', 'a'.repeat(256)], undefined],
    ['UTF-8', ['Remote-User', Buffer.from('Zoë').toString('latin1')], 'Zoë'],
    ['broken UTF-8', ['Remote-User', '\xff\xfe'], undefined],
    ['another header with the name', ['X-Remote-User', 'root'], undefined],
    ['certificate', ['Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=worker,O=x'], 'CN=worker,O=x'],
    ['certificate not verified', ['Ssl-Client-Verify', 'FAILED', 'Ssl-Client-S-Dn', 'CN=worker'], undefined],
    ['certificate without verdict', ['Ssl-Client-S-Dn', 'CN=worker'], undefined],
    ['verdict without certificate', ['Ssl-Client-Verify', 'SUCCESS'], undefined],
    ['verdict twice', ['Ssl-Client-Verify', 'FAILED', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], undefined],
    ['user before certificate', ['Remote-User', 'alice', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], 'alice'],
    ['empty user, then certificate', ['Remote-User', '', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], 'CN=w'],
    ['user twice, then certificate', ['Remote-User', 'a', 'Remote-User', 'b', 'Ssl-Client-Verify', 'SUCCESS', 'Ssl-Client-S-Dn', 'CN=w'], undefined],
  ])('%s', (_, headers, expected) => {
    expect(read('127.0.0.1', ...headers)).toBe(expected);
  });

  it('believes nobody without trusted proxies', () => {
    const none = new IdentityReader(testConfiguration({ auth: { ...auth, trustedProxies: [] } }).auth);
    expect(none.read({ rawHeaders: ['Remote-User', 'root'], socket: { remoteAddress: '127.0.0.1' } })).toBeUndefined();
  });
});
