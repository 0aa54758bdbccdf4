import { describe, expect, it } from '@jest/globals';
import type { Caller, CallerRole } from '../../auth/index.js';
import { HostReaders } from './host-readers.js';
import { artifactHosts, normalHost, repositoryHost, submoduleHosts, UNKNOWN_HOST } from './hosts.js';

const caller = (username: string | undefined, ...roles: CallerRole[]): Caller => ({
  username,
  roles: new Set(roles),
  method: 'proxy',
});

describe('HostReaders', () => {
  const readers = new HostReaders({ 'Git.Example.org:8443': ['alice', 'bob'], '192.0.2.1': ['alice'], 'mirror.example.org': [] });
  const all = ['git.example.org', '192.0.2.1', 'mirror.example.org', UNKNOWN_HOST];

  it.each([
    [caller('alice'), ['mirror.example.org', UNKNOWN_HOST]],
    [caller('bob'), ['192.0.2.1', 'mirror.example.org', UNKNOWN_HOST]],
    [caller('carol'), all],
    [caller('Alice'), all],
    [caller('alice', 'representative'), ['mirror.example.org', UNKNOWN_HOST]],
    [caller(undefined), all],
    [caller('carol', 'worker'), []],
    [caller('carol', 'administrator'), []],
  ])('hides from %j: %j', (who, hidden) => {
    expect(readers.hiddenFrom(who)).toEqual(hidden);
  });

  it('hides nothing where nothing is listed, nor from readers of all', () => {
    expect(new HostReaders({}).hiddenFrom(caller(undefined))).toEqual([]);
    expect(new HostReaders({ h: ['alice'] }).hiddenFrom(caller('alice'))).toEqual([]);
  });

  it.each(['https://git.example.org', 'git.example.org/team', '', '*', '*.example.org', 'a b', 'h?x', 'h#x', 'h:99999'])(
    'takes no host of %j',
    (name) => {
      expect(() => new HostReaders({ [name]: [] })).toThrow('CACHITO_HOST_READERS must name hosts');
    },
  );

  it.each([['h', 'H'], ['h', 'h:80'], ['h', 'h.'], ['bücher.example', 'xn--bcher-kva.example']])(
    'takes no host twice: %j and %j',
    (one, other) => {
      expect(() => new HostReaders({ [one]: [], [other]: [] })).toThrow('once');
    },
  );
});

describe('hosts', () => {
  it.each([
    ['git.example.org', 'git.example.org'],
    ['GIT.Example.org.', 'git.example.org'],
    ['git.example.org:8443', 'git.example.org'],
    ['user@git.example.org', 'git.example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['127.1', '127.0.0.1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['under_score', 'under_score'],
    ['a/b', undefined],
    ['', undefined],
  ])('compares %j as %j', (text, host) => {
    expect(normalHost(text)).toBe(host);
  });

  it.each([
    ['https://git.example.org/team/app.git', 'git.example.org'],
    ['https://user:secret@GIT.example.org:8443/team/app', 'git.example.org'],
    ['https://git.example.org./team/app', 'git.example.org'],
    ['https://git%2eexample.org/team/app', 'git.example.org'],
    ['ssh://git@git.example.org:2222/team/app', 'git.example.org'],
    ['git@Git.Example.org:team/app.git', 'git.example.org'],
    ['git.example.org:team/app.git', 'git.example.org'],
    ['https://[2001:db8::1]/team/app', '2001:db8::1'],
    ['https://2130706433/team/app', '127.0.0.1'],
    ['file:///etc', UNKNOWN_HOST],
    ['nonsense', UNKNOWN_HOST],
  ])('knows the host of the repository %j: %j', (repo, host) => {
    expect(repositoryHost(repo)).toBe(host);
  });

  it('knows the hosts of submodules; relative ones stay', () => {
    const urls = ['../other.git', './x', 'https://Git.example.org/a', 'git@h.example.org:a', '...'];
    expect(submoduleHosts(urls.map((url) => ({ url })))).toEqual(['git.example.org', 'h.example.org', UNKNOWN_HOST]);
  });

  it.each([
    ['npm', 'kite', 'https://registry.example.org/kite/-/kite-1.0.0.tgz', ['registry.example.org']],
    ['npm', 'kite', 'npm+https://user@Files.example.org:444/kite.tgz#sha512-0a', ['files.example.org']],
    ['npm', 'kite', `git+https://git.example.org/team/kite.git#${'a'.repeat(40)}`, ['git.example.org']],
    ['npm', 'kite', `git+ssh://git@git.example.org/team/kite.git#${'a'.repeat(40)}`, ['git.example.org']],
    ['pip', 'eel', `git+git@git.example.org:team/eel.git#${'a'.repeat(40)}`, ['git.example.org']],
    ['pip', 'eel', `METADATA of wheel sha256:${'a'.repeat(64)}`, []],
    ['gomod', 'Git.example.org/team/mod', 'https://proxy.example.org/x/@v/v1.zip', ['proxy.example.org', 'git.example.org']],
    ['gomod', 'mod', 'https://proxy.example.org/x/@v/v1.zip', ['proxy.example.org']],
    ['npm', 'git.example.org/kite', 'https://registry.example.org/kite', ['registry.example.org']],
  ])('knows where the %s file %j from %j is from', (ecosystem, name, upstream, hosts) => {
    expect(artifactHosts({ ecosystem, name, upstream })).toEqual(hosts);
  });
});
