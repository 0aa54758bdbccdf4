import { describe, expect, it } from '@jest/globals';
import { readGitSource } from './git-source.js';

const C = '0123456789abcdef0123456789abcdef01234567';

describe('a git source', () => {
  it.each<[source: string, addresses: string[], identity: string]>([
    ['github:acme/kite', ['https://github.com/acme/kite.git', 'ssh://git@github.com/acme/kite.git'], 'git+https://github.com/acme/kite.git'],
    ['github:acme/kite.git', ['https://github.com/acme/kite.git', 'ssh://git@github.com/acme/kite.git'], 'git+https://github.com/acme/kite.git'],
    ['gitlab:group/sub/kite', ['https://gitlab.com/group/sub/kite.git', 'ssh://git@gitlab.com/group/sub/kite.git'], 'git+https://gitlab.com/group/sub/kite.git'],
    ['bitbucket:acme/kite', ['https://bitbucket.org/acme/kite.git', 'ssh://git@bitbucket.org/acme/kite.git'], 'git+https://bitbucket.org/acme/kite.git'],
    ['git+ssh://git@github.com/acme/kite.git', ['https://github.com/acme/kite.git', 'ssh://git@github.com/acme/kite.git'], 'git+https://github.com/acme/kite.git'],
    ['git+ssh://git@github.com:acme/kite.git', ['https://github.com/acme/kite.git', 'git@github.com:acme/kite.git'], 'git+https://github.com/acme/kite.git'],
    ['git+ssh://git@host.acme.dev:/srv/kite.git', ['https://host.acme.dev/srv/kite.git', 'git@host.acme.dev:/srv/kite.git'], 'git+https://host.acme.dev/srv/kite.git'],
    ['git+ssh://host.acme.dev/kite', ['https://host.acme.dev/kite', 'ssh://host.acme.dev/kite'], 'git+https://host.acme.dev/kite'],
    ['git+ssh://git@host.acme.dev:2222/kite.git', ['https://host.acme.dev:2222/kite.git', 'ssh://git@host.acme.dev:2222/kite.git'], 'git+ssh://host.acme.dev:2222/kite.git'],
    ['git+ssh://alice@host.acme.dev/kite.git', ['https://host.acme.dev/kite.git', 'ssh://alice@host.acme.dev/kite.git'], 'git+ssh://alice@host.acme.dev/kite.git'],
    ['git+ssh://alice@host.acme.dev:kite.git', ['https://host.acme.dev/kite.git', 'alice@host.acme.dev:kite.git'], 'git+ssh://alice@host.acme.dev/kite.git'],
    ['git+https://Host.acme.dev/kite.git', ['https://Host.acme.dev/kite.git'], 'git+https://host.acme.dev/kite.git'],
    ['git+https://host.acme.dev:8443/kite.git', ['https://host.acme.dev:8443/kite.git'], 'git+https://host.acme.dev:8443/kite.git'],
    ['git+https://bob:secret@host.acme.dev/kite.git', ['https://bob:secret@host.acme.dev/kite.git'], 'git+https://host.acme.dev/kite.git'],
    ['git+http://host.acme.dev/kite.git', ['http://host.acme.dev/kite.git'], 'git+http://host.acme.dev/kite.git'],
    ['git://github.com/acme/kite.git', ['https://github.com/acme/kite.git'], 'git+https://github.com/acme/kite.git'],
    ['git://host.acme.dev:9418/kite.git', ['https://host.acme.dev/kite.git'], 'git+https://host.acme.dev/kite.git'],
  ])('reads %s', (source, addresses, identity) => {
    expect(readGitSource({ name: 'kite', source: `${source}#${C}` })).toEqual({ commit: C, addresses, identity: `${identity}#${C}` });
  });

  it.each<[source: string, error: string]>([
    ['github:acme/kite', 'InvalidFileFormat'],
    ['github:acme/kite#', 'InvalidFileFormat'],
    ['github:acme/kite#main', 'InvalidFileFormat'],
    ['github:acme/kite#semver:^1.0.0', 'InvalidFileFormat'],
    [`github:acme/kite#${C.slice(1)}`, 'InvalidFileFormat'],
    [`github:acme/kite#${C.toUpperCase()}`, 'InvalidFileFormat'],
    [`github:acme/kite#--upload-pack=${C}`, 'InvalidFileFormat'],
    [`github:acme/kite#${C}\n`, 'InvalidFileFormat'],
    [`github:acme/kite#${C}::path:packages/a`, 'InvalidFileFormat'],
    [`git+https://host.acme.dev/kite.git#${C}${C.slice(0, 24)}`, 'UnsupportedFeature'],
    [`github:kite#${C}`, 'InvalidFileFormat'],
    [`github:../../etc#${C}`, 'InvalidFileFormat'],
    [`github:acme/kite?x#${C}`, 'InvalidFileFormat'],
    [`github://acme/kite#${C}`, 'InvalidFileFormat'],
    [`git+file:///etc#${C}`, 'UnsupportedFeature'],
    [`ext::sh -c x#${C}`, 'InvalidFileFormat'],
    [`git+ext::sh#${C}`, 'UnsupportedFeature'],
    [`ssh://git@host/kite#${C}`, 'UnsupportedFeature'],
    [`git+https://host.acme.dev/a#b#${C}`, 'ValidationError'],
    [`git+https://host.acme.dev/a?b=c#${C}`, 'ValidationError'],
    [`git+https://-oProxyCommand=x/a#${C}`, 'ValidationError'],
    [`git+ssh://-oProxyCommand=x/a#${C}`, 'ValidationError'],
    [`git+ssh://-oProxyCommand=x:a/b#${C}`, 'ValidationError'],
    [`git+ssh://-oProxyCommand=x@host/a#${C}`, 'ValidationError'],
    [`git+ssh://git@host:-oProxyCommand=x/a#${C}`, 'ValidationError'],
    [`git+ssh://git:secret@host.acme.dev/a#${C}`, 'ValidationError'],
    [`git+ssh://git@host.acme.dev:../../a#${C}`, 'ValidationError'],
    [`git+https://host.acme.dev/%2e%2e/a#${C}`, 'ValidationError'],
    [`git+https:///etc/passwd#${C}`, 'ValidationError'],
    [`git+https://host.acme.dev\\@evil/a#${C}`, 'ValidationError'],
    [`git+https:ext::sh#${C}`, 'ValidationError'],
    [`git+https://host.acme.dev#${C}`, 'ValidationError'],
    [`git+https://host.acme.dev/${'a'.repeat(300)}#${C}`, 'ValidationError'],
    [`git+https://host.acme.dev/${'a'.repeat(5000)}#${C}`, 'InvalidFileFormat'],
  ])('refuses %s', (source, name) => {
    expect(() => readGitSource({ name: 'kite', source })).toThrow(expect.objectContaining({ name, message: expect.stringContaining('kite') }));
  });

  it('shows no password', () => {
    const source = `git+https://bob:secret@host.acme.dev/a?x#${C}`;
    expect(() => readGitSource({ name: 'kite', source })).toThrow(/^(?!.*secret).*kite@git\+https:\/\/host/);
  });
});
