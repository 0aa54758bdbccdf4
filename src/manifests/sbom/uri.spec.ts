import { describe, expect, it } from '@jest/globals';
import { uriOf } from './uri.js';

describe('uriOf', () => {
  it.each([
    ['https://dl.acme.dev/a-1.0.tgz?x=1&y=(2)#sha256=0a1b', 'https://dl.acme.dev/a-1.0.tgz?x=1&y=(2)#sha256=0a1b'],
    ['git+ssh://git@git.acme.dev/x.git#0123', 'git+ssh://git@git.acme.dev/x.git#0123'],
    ['https://dl.acme.dev/a b', 'https://dl.acme.dev/a%20b'],
    ['https://dl.acme.dev/%20%zz%2', 'https://dl.acme.dev/%20%25zz%252'],
    ['https://dl.acme.dev/[1]|^"<>\\`{}', 'https://dl.acme.dev/%5B1%5D%7C%5E%22%3C%3E%5C%60%7B%7D'],
    ['https://dl.acme.dev/ü', 'https://dl.acme.dev/%C3%BC'],
    ['https://dl.acme.dev/#one#two#', 'https://dl.acme.dev/#one%23two%23'],
    ['https://dl.acme.dev/\ud800', 'https://dl.acme.dev/%EF%BF%BD'],
    ['https://dl.acme.dev/\n\0', 'https://dl.acme.dev/%0A%00'],
    ['https://[::1]:8443/x', 'https://[::1]:8443/x'],
    ['https://[::1/x', undefined],
    ['https://host:port/x', undefined],
    ['https://', undefined],
    ['git@git.acme.dev:x/y.git', undefined],
    ['../x', undefined],
    ['', undefined],
  ])('%j is %j', (address, expected) => {
    expect(uriOf(address)).toBe(expected);
  });
});
