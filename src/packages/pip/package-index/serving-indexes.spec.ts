import { describe, expect, it } from '@jest/globals';
import type { RegistryUpstream } from '../../../config/index.js';
import { projectPage, servingIndexes } from './serving-indexes.js';

function index(name: string, scopes: string[], fallback: RegistryUpstream['fallback'] = 'next'): RegistryUpstream {
  return { url: `https://${name}/`, public: false, scopes, fallback };
}

describe('servingIndexes', () => {
  it.each<[string, string, RegistryUpstream[], string[]]>([
    ['an index for all', 'kite', [index('a', [])], ['a']],
    ['an exact name', 'kite', [index('a', ['kite']), index('b', [])], ['a', 'b']],
    ['another name', 'kites', [index('a', ['kite']), index('b', [])], ['b']],
    ['a pattern', 'acme-kite', [index('a', ['acme-*'])], ['a']],
    ['what a pattern begins with is not enough', 'acme', [index('a', ['acme-*'])], []],
    ['a pattern spelled otherwise', 'acme-labs-kite', [index('a', ['Acme_Labs.*'])], ['a']],
    ['a pattern with its star in front', 'kite-acme', [index('a', ['*-acme'])], ['a']],
    ['a pattern with a star inside', 'acme-kite-plugin', [index('a', ['acme*plugin'])], ['a']],
    ['parts that may not overlap', 'aba', [index('a', ['ab*ba'])], []],
    ['a star that stands for nothing', 'abba', [index('a', ['ab*ba'])], ['a']],
    ['many stars', 'axbxc', [index('a', ['*a*b*c*'])], ['a']],
    ['many stars that do not fit', 'axcxb', [index('a', ['*a*b*c*'])], []],
    ['all by a star', 'kite', [index('a', ['*'])], ['a']],
    ['no fallback', 'acme-kite', [index('a', ['acme-*'], 'never'), index('b', [])], ['a']],
    ['no fallback, another name', 'kite', [index('a', ['acme-*'], 'never'), index('b', [])], ['b']],
    ['the first without fallback is the last', 'kite', [index('a', []), index('b', [], 'never'), index('c', [])], ['a', 'b']],
  ])('%s', (_name, project, upstreams, hosts) => {
    expect(servingIndexes(project, upstreams).map(({ url }) => new URL(url).host)).toEqual(hosts);
  });

  it('does not try a pattern in many ways, which would take years', () => {
    const name = 'a'.repeat(200);
    const upstreams = [index('a', [`${'a*'.repeat(100)}b`])];
    expect(servingIndexes(name, upstreams)).toEqual([]);
  });
});

it('makes the address of a page', () => {
  expect(projectPage('https://pypi.acme.dev/simple/', 'storm-kit')).toBe('https://pypi.acme.dev/simple/storm-kit/');
});
