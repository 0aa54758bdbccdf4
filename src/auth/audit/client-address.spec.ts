import { describe, expect, it } from '@jest/globals';
import { TrustedNetworks } from '../proxy/trusted-networks.js';
import { originOf } from './client-address.js';

const PROXIES = new TrustedNetworks(['10.0.0.0/8', 'fd00::/8']);
const XFF = 'X-Forwarded-For';

function origin(socket: string | undefined, ...rawHeaders: string[]): [string | undefined, string | undefined] {
  const { from, via } = originOf({ rawHeaders, socket: { remoteAddress: socket } }, PROXIES);
  return [from, via];
}

describe('the address of a caller', () => {
  it.each<[string, string[], string | undefined, string | undefined]>([
    ['192.0.2.1', [], '192.0.2.1', undefined],
    ['192.0.2.1', [XFF, '198.51.100.9'], '192.0.2.1', undefined],
    ['10.0.0.1', [], '10.0.0.1', undefined],
    ['10.0.0.1', [XFF, '192.0.2.1'], '192.0.2.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', [XFF, '192.0.2.1'], '192.0.2.1', '::ffff:10.0.0.1'],
    // What the caller wrote itself stands on the left.
    ['10.0.0.1', [XFF, '198.51.100.9, 192.0.2.1'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '10.9.9.9, 192.0.2.1'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '198.51.100.9', XFF.toLowerCase(), '192.0.2.1'], '192.0.2.1', '10.0.0.1'],
    // Two proxies.
    ['10.0.0.1', [XFF, '192.0.2.1, 10.0.0.2'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '192.0.2.1,fd00::2 ,\t10.0.0.2'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '10.0.0.3, 10.0.0.2'], '10.0.0.3', '10.0.0.1'],
    // With ports, IPv6.
    ['10.0.0.1', [XFF, '192.0.2.1:4711'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '2001:db8::1'], '2001:db8::1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '[2001:db8::1]'], '2001:db8::1', '10.0.0.1'],
    ['10.0.0.1', [XFF, '[2001:db8::1]:4711'], '2001:db8::1', '10.0.0.1'],
    // What is no address says nothing.
    ['10.0.0.1', [XFF, ''], '10.0.0.1', undefined],
    ['10.0.0.1', [XFF, 'unknown'], '10.0.0.1', undefined],
    ['10.0.0.1', [XFF, '192.0.2.1, unknown'], '10.0.0.1', undefined],
    ['10.0.0.1', [XFF, '192.0.2.1, unknown, 10.0.0.2'], '10.0.0.2', '10.0.0.1'],
    ['10.0.0.1', [XFF, '192.0.2.1\r\n{"audit":true}'], '10.0.0.1', undefined],
    ['10.0.0.1', [XFF, '3221225985'], '10.0.0.1', undefined],
    // RFC 7239.
    ['10.0.0.1', ['Forwarded', 'for=192.0.2.1'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', ['Forwarded', 'proto=https; For="[2001:db8::1]:4711";by=10.0.0.1'], '2001:db8::1', '10.0.0.1'],
    ['10.0.0.1', ['Forwarded', 'for=198.51.100.9, for=192.0.2.1', 'forwarded', 'for=10.0.0.2'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', ['Forwarded', 'for="x, for=192.0.2.1'], '192.0.2.1', '10.0.0.1'],
    ['10.0.0.1', ['Forwarded', 'for=_hidden'], '10.0.0.1', undefined],
    ['10.0.0.1', ['Forwarded', 'by=192.0.2.1'], '10.0.0.1', undefined],
    ['192.0.2.1', ['Forwarded', 'for=198.51.100.9'], '192.0.2.1', undefined],
    // A proxy that writes the one passes the other on as the caller has sent it.
    ['10.0.0.1', ['Forwarded', 'for=198.51.100.9', XFF, '192.0.2.1'], '192.0.2.1', '10.0.0.1'],
  ])('%s %j: %s via %s', (socket, headers, from, via) => {
    expect(origin(socket, ...headers)).toEqual([from, via]);
  });

  it('is unknown when the connection is gone', () => {
    expect(origin(undefined, XFF, '192.0.2.1')).toEqual([undefined, undefined]);
  });

  it('reads hostile headers once', () => {
    for (const part of [',', '"', ';', 'for=', '10.0.0.1,', 'for=10.0.0.1,']) {
      for (const name of [XFF, 'Forwarded']) origin('10.0.0.1', name, part.repeat(20_000));
    }
  });
});
