import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessFor, Credentials } from './credentials.js';

const ACCESS = [
  { url: 'https://acme.dev/', authorization: 'root', ca: 'CA 1' },
  { url: 'https://acme.dev/all/', authorization: 'all', ca: undefined },
  { url: 'https://acme.dev/all/npm/', authorization: 'npm', ca: 'CA 2' },
  { url: 'https://acme.dev/open/', authorization: undefined, ca: undefined },
  { url: 'http://acme.dev:8080/repo/', authorization: 'plain', ca: undefined },
  { url: 'https://[2001:db8::1]/', authorization: 'six', ca: undefined },
];

describe('accessFor', () => {
  it.each([
    ['the base itself', 'https://acme.dev/all/', 'all'],
    ['the base without its slash', 'https://acme.dev/all', 'all'],
    ['below it', 'https://acme.dev/all/kite/-/kite-1.0.0.tgz?x=y', 'all'],
    ['a scoped packument', 'https://acme.dev/all/@acme%2fdial', 'all'],
    ['the longest base', 'https://acme.dev/all/npm/kite', 'npm'],
    ['the default port written out', 'https://acme.dev:443/all/kite', 'all'],
    ['upper case of the host', 'https://ACME.dev/all/kite', 'all'],
    ['a sibling path', 'https://acme.dev/all-else/kite', 'root'],
    ['a longer sibling', 'https://acme.dev/all/npm-private/kite', 'all'],
    ['another case of the path', 'https://acme.dev/ALL/kite', 'root'],
    ['a way up that the address resolves', 'https://acme.dev/all/../x', 'root'],
    ['another port with its own base', 'http://acme.dev:8080/repo/kite', 'plain'],
    ['beside that base', 'http://acme.dev:8080/repository/kite', undefined],
    ['IPv6', 'https://[2001:DB8:0::1]/kite', 'six'],
    ['another host', 'https://acme.dev.evil.example/all/kite', undefined],
    ['a host below', 'https://npm.acme.dev/all/kite', undefined],
    ['a host above', 'https://dev/all/kite', undefined],
    ['a dot behind the host', 'https://acme.dev./all/kite', undefined],
    ['another port', 'https://acme.dev:8443/all/kite', undefined],
    ['another scheme', 'http://acme.dev/all/kite', undefined],
    ['another scheme on its port', 'http://acme.dev:443/all/kite', undefined],
    ['user information that looks like the host', 'https://acme.dev@evil.example/all/kite', undefined],
    ['an encoded way up', 'https://acme.dev/all/..%2fx', undefined],
    ['a way up, all encoded', 'https://acme.dev/all/x/%2e%2E%2F%2e%2e%2fy', undefined],
    ['an encoded backslash', 'https://acme.dev/all/..%5Cx', undefined],
  ])('%s', (_name, url, expected) => {
    expect(accessFor(new URL(url), ACCESS)?.authorization).toBe(expected);
  });
});

describe('Credentials', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
    await writeFile(join(home, '.netrc'), 'machine acme.dev login n password secret\nmachine 2001:db8::2 login six password secret\n');
  });
  afterAll(() => rm(home, { recursive: true }));

  const netrc = (user: string): string => `Basic ${Buffer.from(`${user}:secret`).toString('base64')}`;

  it.each([
    ['configured', 'https://acme.dev/all/kite', 'all'],
    ['of .netrc where the entry has none', 'https://acme.dev/open/kite', netrc('n')],
    ['of .netrc for another port', 'https://acme.dev:8443/kite', netrc('n')],
    ['of .netrc for IPv6', 'http://[2001:db8::2]/', netrc('six')],
    ['none for another host', 'https://evil.example/kite', undefined],
  ])('%s', async (_name, url, expected) => {
    expect(await new Credentials(ACCESS, home).authorizationFor(new URL(url))).toBe(expected);
  });

  it('does without a home and without a .netrc', async () => {
    for (const where of [undefined, join(home, 'missing')]) {
      expect(await new Credentials([], where).authorizationFor(new URL('https://acme.dev/'))).toBeUndefined();
    }
  });

  it('has the certificates of an origin', () => {
    const credentials = new Credentials(ACCESS, undefined);
    expect(credentials.certificatesFor(new URL('https://acme.dev/x'))).toBe('CA 1\nCA 2');
    expect(credentials.certificatesFor(new URL('https://acme.dev:8443/x'))).toBeUndefined();
  });
});
