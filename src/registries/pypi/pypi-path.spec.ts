import { describe, expect, it } from '@jest/globals';
import type { PipRepository } from '../../packages/index.js';
import { parsePypiPath, type PypiTarget } from './pypi-path.js';

const UNKNOWN: PypiTarget = { kind: 'unknown' };
const elsewhere = (location: string): PypiTarget => ({ kind: 'elsewhere', location });
const project = (name: string): PypiTarget => ({ kind: 'project', project: name });

describe('a path below the index', () => {
  it.each<[string, PypiTarget]>([
    ['simple/', { kind: 'projects' }],
    ['simple', elsewhere('simple/')],
    ['simple/storm-kit/', project('storm-kit')],
    ['simple/storm%2dkit/', project('storm-kit')],
    ['simple/a/', project('a')],
    ['simple/constructor/', project('constructor')],
    ['simple/storm-kit', elsewhere('storm-kit/')],
    ['simple/Storm_Kit', elsewhere('storm-kit/')],
    ['simple/Storm_Kit/', elsewhere('../storm-kit/')],
    ['simple/storm.-_kit/', elsewhere('../storm-kit/')],
    ['packages/storm-kit/1.2/Storm_Kit-1.2.tar.gz', file('storm-kit', '1.2', 'Storm_Kit-1.2.tar.gz')],
    ['packages/a/1!2.0%2Bb/a-1!2.0+b.zip', file('a', '1!2.0+b', 'a-1!2.0+b.zip')],
    ['packages/a/1/a-1-py3-none-any.whl.metadata', file('a', '1', 'a-1-py3-none-any.whl.metadata')],
    ...[
      '',
      '/',
      'Simple/',
      'simple//',
      'simple/storm-kit//',
      'simple/storm-kit/x',
      'simple/-/',
      'simple/.',
      'simple/../',
      'simple/%2e%2e/',
      'simple/a b/',
      'simple/a:b/',
      'simple//evil.example/',
      'simple/%2F%2Fevil.example/',
      'simple/evil.example%0d%0aX-A:b/',
      'simple/a%00/',
      'simple/é/',
      'simple/a%',
      'packages',
      'packages/a/1',
      'packages/a/1/',
      'packages/a/1/a-1.zip/',
      'packages/a//a-1.zip',
      'packages/a/../a-1.zip',
      'packages/a/1/..%2Fa-1.zip',
      'packages/a/1/..%5Ca-1.zip',
      'packages/a/1/a-1%00.zip',
      'packages/a/1/%ff',
      'pypi/a/json',
    ].map((path): [string, PypiTarget] => [path, UNKNOWN]),
  ])('%s', (path, target) => {
    expect(parsePypiPath('hosted', path)).toEqual(target);
  });
});

describe('a path below the other archives', () => {
  it.each<[string, PypiTarget]>([
    ['a/b.zip', raw('/a', 'b.zip')],
    ['git.acme.dev:8443/team/eel/eel.tar.gz', raw('/git.acme.dev:8443/team/eel', 'eel.tar.gz')],
    ['git.acme.dev%3A8443/eel/a%20b.tar.gz', raw('/git.acme.dev:8443/eel', 'a b.tar.gz')],
    ['simple/a', raw('/simple', 'a')],
    ...['', 'b.zip', 'a/', '/b.zip', 'a//b.zip', 'a/../b.zip'].map((path): [string, PypiTarget] => [path, UNKNOWN]),
    ...['a%2fb/c.zip', 'a/%2e%2e/c', 'a/b%00', 'a/%', 'a/\\b'].map((path): [string, PypiTarget] => [path, UNKNOWN]),
  ])('%s', (path, target) => {
    expect(parsePypiPath('raw', path)).toEqual(target);
  });
});

it.each(['simple/', 'a/b.zip'])('a path below neither: %s', (path) => {
  const none: PipRepository | undefined = undefined;
  expect(parsePypiPath(none, path)).toEqual(UNKNOWN);
});

it('takes no time for long paths', () => {
  for (const part of ['a', '-', 'a-', '%2e', '/']) {
    expect(parsePypiPath('hosted', `simple/${part.repeat(100_000)}!/`)).toEqual(UNKNOWN);
  }
});

function file(name: string, version: string, fileName: string): PypiTarget {
  return { kind: 'file', project: name, version, file: fileName };
}

function raw(directory: string, fileName: string): PypiTarget {
  return { kind: 'raw', directory, file: fileName };
}
