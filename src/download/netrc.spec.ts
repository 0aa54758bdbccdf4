import { describe, expect, it } from '@jest/globals';
import { netrcCredentials } from './netrc.js';

describe('netrcCredentials', () => {
  it.each([
    ['one line', 'machine host login me password secret', { username: 'me', password: 'secret' }],
    ['several lines', 'machine other login x password y\nmachine host\n  login me\n  password secret\n', { username: 'me', password: 'secret' }],
    ['another order', 'machine host password secret login me', { username: 'me', password: 'secret' }],
    ['quotes', 'machine host login me password "a b\\"c"', { username: 'me', password: 'a b"c' }],
    ['a comment', '# machine host login no password no\nmachine host login me password #secret', { username: 'me', password: '#secret' }],
    ['a macro', 'macdef init\nmachine host login no password no\n\nmachine host login me password secret', { username: 'me', password: 'secret' }],
    ['upper case', 'machine HOST login me password secret', { username: 'me', password: 'secret' }],
    ['a password only', 'machine host password secret', { username: '', password: 'secret' }],
    ['the default entry', 'default login me password secret', undefined],
    ['default behind another', 'machine other login x password y default login me password secret', undefined],
    ['another host', 'machine host.evil login me password secret', undefined],
    ['an entry without anything', 'machine host machine other login x password y', undefined],
    ['nothing', '', undefined],
  ])('%s', (_name, text, credentials) => {
    expect(netrcCredentials(text, 'host')).toEqual(credentials);
  });
});
