import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ValidationError } from '../errors/index.js';
import { parseRepository, repoName, sanitizeRepository, validateRepository } from './repository.js';

describe('repoName', () => {
  it.each([
    ['https://git.example.org/team/app', 'team/app'],
    ['https://git.example.org/team/app/', 'team/app'],
    ['https://git.example.org/team/app.git', 'team/app'],
    ['https://git.example.org/team/app.git/', 'team/app'],
    ['https://git.example.org//team/app.git.git', 'team/app.git'],
    ['ssh://git@git.example.org:2222/team/app.git', 'team/app'],
    ['https://user:pass@forge.example.net:8443/group/sub/app.git?x=1#y', 'group/sub/app'],
    ['git@git.example.org:team/app.git', 'git@git.example.org:team/app'],
    ['https://git.example.org/Team/App', 'Team/App'],
    ['https://git.example.org', ''],
    ['team/app', 'team/app'],
    ['', ''],
  ])('%s → %s', (repo, name) => {
    expect(repoName(repo)).toBe(name);
  });
});

describe('sanitizeRepository', () => {
  it.each([
    ['https://user:pass@host/a.git', 'https://host/a.git'],
    ['https://token@host/a.git', 'https://host/a.git'],
    ['https://user:p@ss@HOST:8443/a@b.git', 'https://host:8443/a@b.git'],
    ['https://host/a.git?private_token=x#y', 'https://host/a.git'],
    ['ssh://git:pass@host:22/a.git', 'ssh://git@host:22/a.git'],
    ['git@host:team/app.git', 'git@host:team/app.git'],
    ['https://user:pass\\@host/a', 'https://user:pass\\@host/a'],
    ['../theme.git', '../theme.git'],
  ])('%s → %s', (repo, address) => {
    expect(sanitizeRepository(repo)).toBe(address);
  });

  it('never keeps a password, and changes nothing the second time', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(part, part, part, part, (user, password, host, path) => {
        const address = sanitizeRepository(`https://${user}:SECRET${password}@${host}/${path}`);
        expect(address).toBe(`https://${host}/${path}`);
        expect(sanitizeRepository(address)).toBe(address);
      }),
    );
  });
});

describe('parseRepository', () => {
  it.each([
    ['https://git.example.org/team/app.git', { transport: 'https', host: 'git.example.org', port: 443, path: '/team/app.git', user: undefined, credentials: undefined }],
    ['http://127.0.0.1:8080/a', { transport: 'http', host: '127.0.0.1', port: 8080 }],
    ['http://2130706433/a', { host: '127.0.0.1' }],
    ['http://0x7f.1/a', { host: '127.0.0.1' }],
    ['https://[2001:DB8::1]:444/a', { host: '2001:db8::1', port: 444 }],
    ['https://us%65r:p%40ss@Host.Example/a', { host: 'host.example', credentials: { username: 'user', password: 'p@ss' }, address: 'https://host.example/a' }],
    ['https://token@host/a', { credentials: { username: 'token', password: '' } }],
    ['ssh://git@host/a.git', { transport: 'ssh', user: 'git', port: 22, path: '/a.git', credentials: undefined }],
    ['ssh://host:80/a.git', { port: 80 }],
    ['ssh://host:2222/~/a.git', { port: 2222, path: '/~/a.git' }],
    ['git@Host:team/app.git', { transport: 'ssh', host: 'host', user: 'git', port: 22, path: 'team/app.git' }],
    ['host.example:team/app.git', { transport: 'ssh', user: undefined }],
  ])('reads %s', (repo, parts) => {
    expect(parseRepository(repo)).toMatchObject(parts);
  });

  it.each([
    '', ' ', 'x', '/etc', './a', '../a', 'C:\\a', 'c:/a', 'a/b', '-oProxyCommand=x', '--upload-pack=touch', 'ext::sh -c id',
    'ext::sh', 'fd::17', 'file:/etc', 'http:/host/a', 'https:host/a', 'file:///etc', 'FILE:///etc', 'git://host/a', 'ftp://host/a', 'javascript:alert(1)', 'data://x/y',
    'https://', 'https:///a', 'https://host', 'https://host/', 'https://host//', 'https://host/?a=b', 'https://host/a?b=c',
    'https://host/a#b', 'https://host/a b', 'https://host/a\n', 'https://host/a\0', 'https://host/a%00', 'https://host/a%0ab',
    'https://host/a\\b', 'https://host/../a', 'https://host/a/%2e%2E/b', 'https://host/a/..', 'https://host/%zz', 'https://-host/a',
    'https://ho st/a', 'https://host:0/a', 'https://host:99999/a', 'https://host:port/a', 'https://999.1.1.1/a', 'https://[::1/a',
    'https://host/-a/../b', 'ssh://-oProxyCommand=id/a', 'ssh://git@-oProxyCommand=id/a', 'ssh://-l@host/a', 'ssh://git:pw@host/a',
    'ssh://gi;t@host/a', 'ssh://host', '-x@host:a', 'git@-host:a', 'git@host:-a', 'git@host:', 'git@host:../a', 'a b@host:c',
    'git@host:a\nb', 'bob:secret@host:a/b', 'https://host/\u202ea', `https://host/${'a'.repeat(200)}`, 'https://xn--a/\ud800', 'https://a_b@@/x\u0000',
  ])('refuses %j', (repo) => {
    expect(() => validateRepository(repo)).toThrow(ValidationError);
  });

  it('never shows credentials in a message, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const repo of [text, `https://user:SECRET@${text}`, `ssh://user:SECRET@${text}`, `https://host/${text}`]) {
          try {
            const { address } = parseRepository(repo);
            expect(sanitizeRepository(address)).toBe(address);
          } catch (error) {
            expect(error).toBeInstanceOf(ValidationError);
            expect(String(error)).not.toContain('SECRET');
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
