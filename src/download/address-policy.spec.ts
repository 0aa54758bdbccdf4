import { describe, expect, it } from '@jest/globals';
import { AddressPolicy, AddressRefusedError } from './address-policy.js';
import { Resolver } from './resolver.js';

const REFUSED = [
  ['loopback', '127.0.0.1'],
  ['loopback, elsewhere', '127.255.3.4'],
  ['unspecified', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['private 10/8', '10.1.2.3'],
  ['private 172.16/12', '172.31.255.255'],
  ['private 192.168/16', '192.168.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['link-local metadata', '169.254.169.254'],
  ['IETF protocol assignments', '192.0.0.8'],
  ['documentation', '192.0.2.1'],
  ['benchmarks', '198.18.0.1'],
  ['multicast', '224.0.0.1'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['IPv6 loopback', '::1'],
  ['IPv6 unspecified', '::'],
  ['IPv6 unique local', 'fd00:ec2::254'],
  ['IPv6 link-local', 'fe80::1'],
  ['IPv6 link-local with a zone', 'fe80::1%eth0'],
  ['IPv6 site-local', 'fec0::1'],
  ['IPv6 multicast', 'ff02::1'],
  ['IPv6 documentation', '2001:db8::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['6to4 around a private address', '2002:c0a8:0001::1'],
  ['IPv4 mapped', '::ffff:127.0.0.1'],
  ['IPv4 mapped, hexadecimal', '::ffff:7f00:1'],
  ['IPv4 translated', '::ffff:0:127.0.0.1'],
  ['IPv4 compatible', '::127.0.0.1'],
  ['NAT64 of a private address', '64:ff9b::10.0.0.1'],
  ['NAT64 for local use', '64:ff9b:1::8.8.8.8'],
  ['discard prefix', '100::1'],
  ['segment routing', '5f00::1'],
  ['decimal', '2130706433'],
  ['decimal of a public address', '134744072'],
  ['octal', '0177.0.0.1'],
  ['octal of something else', '010.8.8.8'],
  ['hexadecimal', '0x7f.0.0.1'],
  ['short', '127.1'],
  ['too many parts', '1.2.3.4.5'],
  ['a name', 'example.org'],
  ['nothing', ''],
  ['NUL', '8.8.8.8\0'],
] as const;

const ALLOWED = ['8.8.8.8', '1.1.1.1', '140.82.121.4', '2606:4700:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'];

describe('AddressPolicy', () => {
  const policy = new AddressPolicy([]);

  it.each(REFUSED)('refuses %s: %s', (_name, address) => {
    expect(policy.allows(address)).toBe(false);
    expect(() => policy.check('host', [address])).toThrow(AddressRefusedError);
  });

  it.each(ALLOWED)('allows %s', (address) => {
    expect(policy.allows(address)).toBe(true);
  });

  it('condemns a host for one bad address, and one without any', () => {
    expect(() => policy.check('host', ['8.8.8.8', '10.0.0.1'])).toThrow(AddressRefusedError);
    expect(() => policy.check('host', [])).toThrow(AddressRefusedError);
  });

  it('allows what the operator names, however it is written', () => {
    const wider = new AddressPolicy(['10.0.0.0/8', '::1/128', '127.0.0.1/32']);
    for (const address of ['10.2.3.4', '::ffff:10.2.3.4', '64:ff9b::10.2.3.4', '::1', '127.0.0.1', '8.8.8.8']) {
      expect([address, wider.allows(address)]).toEqual([address, true]);
    }
    for (const address of ['127.0.0.2', '192.168.0.1', '::2']) {
      expect([address, wider.allows(address)]).toEqual([address, false]);
    }
  });
});

describe('Resolver', () => {
  it('judges literal addresses and names alike', async () => {
    const resolver = new Resolver(new AddressPolicy([]));
    for (const host of ['127.0.0.1', '::1', 'localhost', '2130706433', '0x7f000001', '127.1']) {
      await expect(resolver.resolve(host)).rejects.toThrow(AddressRefusedError);
    }
    await expect(resolver.resolve('8.8.8.8')).resolves.toEqual([{ address: '8.8.8.8', family: 4 }]);
  });

  it('gives the error of the system for a name without address', async () => {
    const resolver = new Resolver(new AddressPolicy([]));
    await expect(resolver.resolve('no-such-host.invalid')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
  });
});
