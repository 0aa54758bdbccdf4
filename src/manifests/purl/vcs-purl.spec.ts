import { describe, expect, it } from '@jest/globals';
import { vcsPurl, withoutCredentials } from './vcs-purl.js';

const REF = '0123456789abcdef0123456789abcdef01234567';
const generic = (encoded: string): string => `pkg:generic/own?vcs_url=${encoded}%40${REF}`;

describe('vcsPurl', () => {
  it.each([
    ['host exactly github.com', 'https://github.com/A/B', `pkg:github/a/b@${REF}`],
    ['host exactly bitbucket.org', 'https://bitbucket.org/A/B', `pkg:bitbucket/a/b@${REF}`],
    ['host in capitals', 'https://GitHub.com/A/B', `pkg:github/a/b@${REF}`],
    ['any protocol', 'ssh://git@github.com/A/B.git', `pkg:github/a/b@${REF}`],
    ['user info and port ignored', 'https://user:token@github.com:443/A/B', `pkg:github/a/b@${REF}`],
    ['user info with an @ ignored', 'https://user:to@ken@github.com/A/B', `pkg:github/a/b@${REF}`],
    ['trailing slashes stripped', 'https://github.com/A/B//', `pkg:github/a/b@${REF}`],
    ['trailing slash behind .git', 'https://github.com/A/B.git/', `pkg:github/a/b@${REF}`],
    ['one trailing .git removed', 'https://github.com/A/B.git.git', `pkg:github/a/b.git@${REF}`],
    ['a namespace of several parts', 'https://github.com/A/B/C', `pkg:github/a/b/c@${REF}`],
    ['another host', 'https://git.acme.dev/A/B.git', generic('https%3A%2F%2Fgit.acme.dev%2FA%2FB.git')],
    ['another host, trailing slash', 'https://git.acme.dev/b/', generic('https%3A%2F%2Fgit.acme.dev%2Fb')],
    ['a host that ends the same', 'https://notgithub.com/A/B', generic('https%3A%2F%2Fnotgithub.com%2FA%2FB')],
    ['a host below', 'https://www.github.com/A/B', generic('https%3A%2F%2Fwww.github.com%2FA%2FB')],
    ['a host that begins the same', 'https://github.com.acme.dev/A/B', generic('https%3A%2F%2Fgithub.com.acme.dev%2FA%2FB')],
    ['the user is no host', 'https://github.com@acme.dev/A/B', generic('https%3A%2F%2Facme.dev%2FA%2FB')],
    ['no namespace', 'https://github.com/B', generic('https%3A%2F%2Fgithub.com%2FB')],
    ['no namespace but slashes', 'https://github.com//B', generic('https%3A%2F%2Fgithub.com%2F%2FB')],
    ['scp-like', 'git@github.com:A/B.git', generic('git%40github.com%3AA%2FB.git')],
    ['relative', '../B.git', generic('..%2FB.git')],
    ['nothing', '', generic('')],
    ['credentials dropped', 'https://user:token@git.acme.dev/b.git', generic('https%3A%2F%2Fgit.acme.dev%2Fb.git')],
    ['the user of ssh kept', 'ssh://git:secret@git.acme.dev/b.git', generic('ssh%3A%2F%2Fgit%40git.acme.dev%2Fb.git')],
  ])('%s: %s', (_, url, purl) => expect(vcsPurl('own', url, REF)).toBe(purl));

  it('leaves the name of a generic one as it is', () => {
    expect(vcsPurl("@acme/it's", 'https://h/x', '1')).toBe("pkg:generic/@acme/it's?vcs_url=https%3A%2F%2Fh%2Fx%401");
  });

  it.each([
    ['slashes in the middle', `https://github.com/${'/'.repeat(1e6)}a`],
    ['slashes at the end', `https://github.com/a/b${'/'.repeat(1e6)}`],
    ['slashes and lines', `https://github.com/a${'/'.repeat(1e6)}a\n/b\n`],
    ['users', `https://${'a@'.repeat(5e5)}`],
    ['colons', `https://${'a:'.repeat(5e5)}`],
  ])('takes no longer than the address is long: %s', (_, url) => {
    expect(vcsPurl('own', url, REF)).toMatch(/^pkg:(?:generic|github)\//);
  });
});

describe('withoutCredentials', () => {
  it.each([
    ['https://user:secret@h/x?a=b@c#d@e', 'https://h/x?a=b@c#d@e'],
    ['https://h/x@y', 'https://h/x@y'],
    ['https://h?user@x', 'https://h?user@x'],
    ['git+ssh://git:secret@h/x', 'git+ssh://git@h/x'],
    ['ssh://:secret@h/x', 'ssh://h/x'],
    ['git@h:x', 'git@h:x'],
  ])('%s → %s', (url, expected) => expect(withoutCredentials(url)).toBe(expected));
});
