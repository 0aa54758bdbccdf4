import { describe, expect, it } from '@jest/globals';
import type { PipRepository } from '../packages/index.js';
import { formatRegistryName, parseRegistryName, type RegistryName, splitRegistryPath } from './registry-name.js';

describe('registry names', () => {
  it.each<[string, RegistryName | undefined]>([
    ['cachito-npm-17', { packageManager: 'npm', requestId: 17 }],
    ['cachito-yarn-1', { packageManager: 'yarn', requestId: 1 }],
    ['cachito-git-submodule-2147483647', { packageManager: 'git-submodule', requestId: 2_147_483_647 }],
    ['cachito-pip-3', { packageManager: 'pip', requestId: 3 }],
    ['cachito-pip-hosted-3', undefined],
    ['cachito-pip-raw-3', undefined],
    ['cachito-npm-2147483648', undefined],
    ['cachito-npm-99999999999', undefined],
    ['cachito-npm-0', undefined],
    ['cachito-npm-017', undefined],
    ['cachito-npm-+1', undefined],
    ['cachito-npm-1e3', undefined],
    ['cachito-npm-١', undefined],
    ['cachito-npm--1', undefined],
    ['cachito-npm-', undefined],
    ['cachito-npm', undefined],
    ['cachito--1', undefined],
    ['cachito-1', undefined],
    ['cachito-constructor-1', undefined],
    ['Cachito-npm-1', undefined],
    ['cachito-NPM-1', undefined],
    ['cachito-npm-1 ', undefined],
    ['', undefined],
  ])('reads %s', (text, name) => {
    expect(parseRegistryName(text)).toEqual(name);
    if (name !== undefined) expect(formatRegistryName(name)).toBe(text);
  });

  it.each<[string, RegistryName | undefined, string, PipRepository?]>([
    ['/repository/cachito-npm-17', { packageManager: 'npm', requestId: 17 }, ''],
    ['/repository/cachito-npm-17/', { packageManager: 'npm', requestId: 17 }, ''],
    ['/repository/cachito-npm-17/@a%2fb/-/b-1.tgz', { packageManager: 'npm', requestId: 17 }, '@a%2fb/-/b-1.tgz'],
    ['/repository/cachito-npm-17//kite', { packageManager: 'npm', requestId: 17 }, '/kite'],
    ['/repository/cachito-npm%2d17/kite', undefined, 'kite'],
    ['/Repository/cachito-npm-17/kite', undefined, 'kite'],
    ['/repository/cachito-pip-17/simple/', { packageManager: 'pip', requestId: 17 }, 'simple/'],
    ['/repository/cachito-pip-hosted-17/simple/', { packageManager: 'pip', requestId: 17 }, 'simple/', 'hosted'],
    ['/repository/cachito-pip-raw-17/a/b.zip', { packageManager: 'pip', requestId: 17 }, 'a/b.zip', 'raw'],
    ['/repository/cachito-pip-raw-017/a', undefined, 'a'],
    ['/repository/cachito-pip-hosted--17/a', undefined, 'a'],
    ['/repository/cachito-pip-hosted-raw-17/a', undefined, 'a'],
    ['/repository/cachito-pip-hosted-/a', undefined, 'a'],
    ['/repository/cachito-npm-hosted-17/a', undefined, 'a'],
    ['/repository', undefined, ''],
    ['', undefined, ''],
  ])('splits %s', (...[path, registry, rest, repository]) => {
    expect(splitRegistryPath(path)).toEqual({ registry, rest, repository });
  });
});
