import { describe, expect, it } from '@jest/globals';
import type { RegistryUpstream } from '../../../config/index.js';
import { moduleUpstreams } from './module-upstreams.js';

const entry = (url: string, overrides: Partial<RegistryUpstream> = {}): RegistryUpstream => ({
  url,
  public: url === 'public',
  scopes: [],
  fallback: 'next',
  ...overrides,
});
const PUBLIC = entry('public');
const ATHENS = entry('athens');
const TEAM = entry('team', { scopes: ['acme.dev/go', 'github.com/acme'], fallback: 'never' });
const OPEN_TEAM: RegistryUpstream = { ...TEAM, fallback: 'next' };
const DEEP = entry('deep', { scopes: ['acme.dev/go/deep'], fallback: 'never' });
const OPEN_DEEP: RegistryUpstream = { ...DEEP, fallback: 'next' };

describe('moduleUpstreams', () => {
  it.each<[string, string, RegistryUpstream[], string[], 'private' | 'public']>([
    ['everything from the public one', 'example.com/kite', [PUBLIC], ['public'], 'public'],
    ['all without scopes, in order', 'example.com/kite', [ATHENS, PUBLIC], ['athens', 'public'], 'public'],
    ['none after one that says never', 'example.com/kite', [{ ...ATHENS, fallback: 'never' }, PUBLIC], ['athens'], 'public'],
    ['none of other scopes', 'example.com/kite', [TEAM, PUBLIC], ['public'], 'public'],
    ['nobody where all have other scopes', 'example.com/kite', [TEAM], [], 'public'],
    ['a module that is the scope itself', 'acme.dev/go', [TEAM, PUBLIC], ['team'], 'private'],
    ['a module below a scope', 'acme.dev/go/x/v2', [TEAM, PUBLIC], ['team'], 'private'],
    ['a module of another scope', 'github.com/acme/kite', [TEAM, PUBLIC], ['team'], 'private'],
    ['whole elements only', 'acme.dev/gopher', [TEAM, PUBLIC], ['public'], 'public'],
    ['whole elements only, with a dot', 'github.com/acme.inc/kite', [TEAM, PUBLIC], ['public'], 'public'],
    ['not what is above a scope', 'acme.dev', [TEAM, PUBLIC], ['public'], 'public'],
    ['another spelling of a private name', 'github.com/ACME/Kite', [TEAM, PUBLIC], ['team'], 'private'],
    ['a scope in capitals', 'github.com/acme/kite', [{ ...TEAM, scopes: ['GitHub.com/Acme'] }, PUBLIC], ['team'], 'private'],
    ['a scope with slashes too many', 'acme.dev/go/x', [{ ...TEAM, scopes: ['acme.dev//go/'] }, PUBLIC], ['team'], 'private'],
    ['the private one first, wherever it stands', 'acme.dev/go', [PUBLIC, TEAM], ['team'], 'private'],
    ['others after it with fallback next', 'acme.dev/go', [PUBLIC, OPEN_TEAM], ['team', 'public'], 'private'],
    ['the longest scope first', 'acme.dev/go/deep/x', [OPEN_TEAM, OPEN_DEEP, PUBLIC], ['deep', 'team', 'public'], 'private'],
    ['the longest scope alone if it says never', 'acme.dev/go/deep', [OPEN_TEAM, DEEP, PUBLIC], ['deep'], 'private'],
    ['no public one after never further up', 'acme.dev/go/deep', [TEAM, OPEN_DEEP, PUBLIC], ['deep', 'team'], 'private'],
    ['the list order for equal scopes', 'acme.dev/go', [OPEN_TEAM, { ...OPEN_TEAM, url: 'two' }, PUBLIC], ['team', 'two', 'public'], 'private'],
    ['the longest of the scopes of one entry', 'acme.dev/go/deep/x', [OPEN_DEEP, { ...OPEN_TEAM, scopes: ['acme.dev', 'acme.dev/go/deep/x'] }], ['team', 'deep'], 'private'],
    ['a name out of JavaScript', 'constructor.dev/__proto__', [TEAM, PUBLIC], ['public'], 'public'],
  ])('asks for %s', (_, path, upstreams, bases, privacy) => {
    expect(moduleUpstreams(path, upstreams)).toEqual({ bases, isPrivate: privacy === 'private' });
  });
});
