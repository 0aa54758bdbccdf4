import { describe, expect, it } from '@jest/globals';
import { InvalidFileFormat } from '../../errors/index.js';
import { recordingJob } from './__fixtures__/recording-job.js';
import type { LockDependency } from './lockfile/classify.js';
import { addNeed, type Needs, noNeeds } from './needs.js';

const A = '0a'.repeat(64);
const B = '0b'.repeat(64);

function kite(changes: Partial<LockDependency>): LockDependency {
  return { kind: 'registry', name: 'kite', version: '1.0.0', dev: false, ...changes };
}

function collect(dependencies: LockDependency[], minIntegrity: 'none' | 'sha512' = 'none'): Needs {
  const { job } = recordingJob({ files: {}, npm: { minIntegrity }, upstreams: [{ url: 'https://npm.acme.dev/' }, {}] });
  const needs = noNeeds();
  for (const dependency of dependencies) addNeed(needs, dependency, job.settings);
  return needs;
}

const sha512 = (hex: string): Partial<LockDependency> => ({ digest: { algorithm: 'sha512', hex }, integrity: hex });
const sha1: Partial<LockDependency> = { digest: { algorithm: 'sha1', hex: '0c'.repeat(20) } };

describe('addNeed', () => {
  it.each<[string, Partial<LockDependency>[], Record<string, string>]>([
    ['once', [sha512(A), sha512(A)], { sha512: A }],
    ['with all digests of different strength', [sha1, sha512(A)], { sha1: '0c'.repeat(20), sha512: A }],
    ['with the only digest', [{}, sha512(A), {}], { sha512: A }],
    ['without digest', [{}, {}], {}],
    [
      'from two addresses with one digest',
      [sha512(A), { ...sha512(A), source: 'https://npm.acme.dev/x' }],
      { sha512: A },
    ],
  ])('needs a package %s', (_name, changes, digests) => {
    const { registry } = collect(changes.map(kite));
    expect([...registry.keys()]).toEqual(['kite@1.0.0']);
    expect(Object.fromEntries(registry.get('kite@1.0.0')?.digests ?? [])).toEqual(digests);
  });

  it.each<[string, Partial<LockDependency>[], RegExp]>([
    ['two digests', [sha512(A), sha512(B)], /kite@1\.0\.0 stands in the lock files with two different sha512/],
    [
      'two addresses without digest',
      [{}, { source: 'https://npm.acme.dev/x' }],
      /kite@1\.0\.0 .* two different addresses/,
    ],
    [
      'two addresses with digests that cannot be compared',
      [sha1, { ...sha512(A), source: 'https://npm.acme.dev/x' }],
      /two different addresses/,
    ],
    [
      'a tarball with two digests',
      ['a', 'b'].map((integrity) => ({ kind: 'tarball', source: 'https://h/x', integrity }) as const),
      /"kite" stands in the lock files twice/,
    ],
  ])('refuses %s', (_name, changes, message) => {
    expect(() => collect(changes.map(kite))).toThrow(InvalidFileFormat);
    expect(() => collect(changes.map(kite))).toThrow(message);
  });

  it.each<[Partial<LockDependency>, RegExp]>([
    [{}, /kite@1\.0\.0" has no integrity/],
    [sha1, /kite@1\.0\.0" has only sha1 integrity/],
    [{ kind: 'tarball', source: 'https://h/x', version: 'https://h/x', ...sha1 }, /kite@https:\/\/h\/x" has only sha1/],
  ])('refuses %j where sha512 is required', (changes, message) => {
    expect(() => collect([kite(changes)])).not.toThrow();
    expect(() => collect([kite(changes)], 'sha512')).toThrow(InvalidFileFormat);
    expect(() => collect([kite(changes)], 'sha512')).toThrow(message);
  });

  it.each<Partial<LockDependency>>([
    sha512(A),
    { kind: 'bundled' },
    { kind: 'file', source: 'x' },
    { kind: 'git', source: 'git://h/x#0a' },
  ])('takes %j where sha512 is required', (changes) => expect(() => collect([kite(changes)], 'sha512')).not.toThrow());

  it('needs each external once, whatever it is called', () => {
    const git = { kind: 'git', source: 'git://h/x#0a' } as const;
    const { externals } = collect([
      kite(git),
      kite({ ...git, name: 'other' }),
      kite({ kind: 'bundled' }),
      kite({ kind: 'file', source: 'x' }),
    ]);
    expect([...externals]).toEqual([[git.source, { ...git, name: 'kite', integrity: undefined }]]);
  });
});
