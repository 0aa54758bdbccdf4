import { describe, expect, it } from '@jest/globals';
import { parseRepository } from '../repository.js';
import { fetchedRepository } from './git-upstreams.js';

const UPSTREAMS = [
  { prefix: 'https://git.acme.dev/', mirror: 'https://mirror.acme.dev:8443/all/' },
  { prefix: 'https://git.acme.dev/team/', mirror: 'http://10.0.0.5/team-mirror/' },
  { prefix: 'https://git.acme.dev/team/direct/', mirror: undefined },
  { prefix: 'https://git.acme.dev/one/kite.git/', mirror: 'https://one.acme.dev/' },
  { prefix: 'ssh://git@git.acme.dev/', mirror: 'https://mirror.acme.dev/ssh/' },
  { prefix: 'ssh://git.acme.dev/', mirror: 'ssh://robot@ssh-mirror.acme.dev:2222/' },
];

describe('fetchedRepository', () => {
  it.each([
    ['the prefix', 'https://git.acme.dev/web/kite.git', 'https mirror.acme.dev 8443 /all/web/kite.git'],
    ['the default port written out', 'https://git.acme.dev:443/web/kite', 'https mirror.acme.dev 8443 /all/web/kite'],
    ['the longest prefix', 'https://git.acme.dev/team/kite', 'http 10.0.0.5 80 /team-mirror/kite'],
    ['whole segments only', 'https://git.acme.dev/team-else/kite', 'https mirror.acme.dev 8443 /all/team-else/kite'],
    ['a prefix without a mirror', 'https://git.acme.dev/team/direct/kite', 'https git.acme.dev 443 /team/direct/kite'],
    ['one repository', 'https://git.acme.dev/one/kite.git', 'https one.acme.dev 443 /'],
    ['another scheme', 'http://git.acme.dev/web/kite', 'http git.acme.dev 80 /web/kite'],
    ['another port', 'https://git.acme.dev:8443/web/kite', 'https git.acme.dev 8443 /web/kite'],
    ['another host', 'https://git.acme.dev.evil.example/kite', 'https git.acme.dev.evil.example 443 /kite'],
    ['another case of the path', 'https://git.acme.dev/TEAM/kite', 'https mirror.acme.dev 8443 /all/TEAM/kite'],
    ['ssh with the user', 'ssh://git@git.acme.dev/web/kite', 'https mirror.acme.dev 443 /ssh/web/kite'],
    ['an scp-like address', 'git@git.acme.dev:web/kite', 'https mirror.acme.dev 443 /ssh/web/kite'],
    ['ssh with another user', 'ssh://ada@git.acme.dev/web/kite', 'ssh robot@ssh-mirror.acme.dev 2222 /web/kite'],
    ['ssh on another port', 'ssh://git@git.acme.dev:2222/web', 'ssh git@git.acme.dev 2222 /web'],
  ])('looks for %s', (_name, address, expected) => {
    const { transport, user, host, port, path, address: kept } = fetchedRepository(parseRepository(address), UPSTREAMS);
    expect(`${transport} ${user === undefined ? '' : `${user}@`}${host} ${port} ${path}`).toBe(expected);
    expect(kept).toBe(parseRepository(address).address);
  });

  it('gives credentials of the address to its own host only', () => {
    const address = 'https://u:secret@git.acme.dev';
    expect(fetchedRepository(parseRepository(`${address}/web/kite`), UPSTREAMS).credentials).toBeUndefined();
    expect(fetchedRepository(parseRepository(`${address}/team/direct/kite`), UPSTREAMS).credentials).toBeDefined();
  });
});
