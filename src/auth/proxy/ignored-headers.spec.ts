import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { testConfiguration } from '../../config/testing.js';
import { IgnoredHeaders } from './ignored-headers.js';

const { auth } = testConfiguration({ auth: { trustedProxies: ['10.0.0.1'] } });
const lines: string[] = [];
let now = 0;
let ignored: IgnoredHeaders;

beforeEach(() => {
  lines.length = 0;
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(String(line)));
  ignored = new IgnoredHeaders(auth, () => now);
});
afterEach(() => void jest.restoreAllMocks());

const call = (remoteAddress: string | undefined, ...rawHeaders: string[]) => ({ rawHeaders, socket: { remoteAddress } });

describe('IgnoredHeaders', () => {
  it.each<[string, string[], string[]]>([
    ['10.0.0.1', ['X-Remote-User', 'a'], []],
    ['::ffff:10.0.0.1', ['X-Remote-User', 'a'], []],
    ['10.0.0.2', ['X-Remote-User', 'a'], ['x-remote-user']],
    ['10.0.0.2', ['X_REMOTE_USER', 'a', 'x-remote-user', 'b', 'X-Remote-User', 'c'], ['x_remote_user', 'x-remote-user']],
    ['10.0.0.2', ['X-SSL-Client-Verify', 'SUCCESS', 'X-SSL-Client-S-DN', 'CN=w'], ['x-ssl-client-verify', 'x-ssl-client-s-dn']],
    ['10.0.0.2', ['Accept', 'X-Remote-User'], []],
  ])('%s %j: %j', (address, headers, expected) => {
    expect(ignored.of(call(address, ...headers))).toEqual(expected);
  });

  it('names header and address, not the value, once a minute for each address', () => {
    const forged = (address: string): void => ignored.note(call(address, 'X-Remote-User', 'root\nroot'));
    for (const address of ['192.0.2.1', '192.0.2.1', '10.0.0.1', '192.0.2.2']) forged(address);
    expect(lines).toEqual([expect.stringContaining('192.0.2.1,'), expect.stringContaining('192.0.2.2,')]);
    expect(lines[0]).toMatch(/^Ignored x-remote-user from 192\.0\.2\.1, which is not in CACHITO_TRUSTED_PROXIES/);
    expect(lines.join()).not.toContain('root');
    now += 59_999;
    forged('192.0.2.1');
    expect(lines).toHaveLength(2);
    now += 1;
    forged('192.0.2.1');
    expect(lines).toHaveLength(3);
  });

  it('does not fill the log when there are many addresses', () => {
    for (let n = 0; n < 5_000; n++) ignored.note(call(`2001:db8::${n.toString(16)}`, 'X-Remote-User', 'root'));
    expect(lines).toHaveLength(100);
    now += 60_000;
    ignored.note(call('2001:db8::1', 'X-Remote-User', 'root'));
    expect(lines).toHaveLength(101);
  });
});
