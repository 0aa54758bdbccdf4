import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CachitoError } from '../../errors/index.js';
import { HOSTILE, kite } from './__fixtures__/hostile-lock-files.js';
import { COMMIT, flat, SHA1, SHA512 } from './__fixtures__/lock-files.js';
import { type Recorded, recordingJob, type RecordingOptions } from './__fixtures__/recording-job.js';
import { resolveNpm } from './resolve.js';

const REGISTRY = 'https://registry.npmjs.org';

async function outcome(
  lockFile: string,
  options: Partial<RecordingOptions> = {},
): Promise<{ error: unknown; recorded: Recorded; paths: string[] }> {
  const files = { 'package-lock.json': lockFile, 'package.json': '{"name": "dash", "version": "1.0.0"}' };
  const { job, recorded, external } = recordingJob({ files, ...options });
  try {
    const { artifacts } = await resolveNpm(job, external);
    return { error: undefined, recorded, paths: artifacts.map(({ path }) => path) };
  } catch (error) {
    return { error, recorded, paths: [] };
  }
}

describe('a hostile lock file', () => {
  it.each(HOSTILE)(
    'with %s is refused by a message that names it, before anything is fetched',
    async (_name, text, message) => {
      const { error, recorded } = await outcome(text);
      expect(error).toBeInstanceOf(CachitoError);
      expect(error).toHaveProperty(
        'message',
        expect.stringMatching(message instanceof RegExp ? message : escaped(message)),
      );
      expect([recorded.specs, recorded.externals, recorded.documents]).toEqual([[], [], []]);
    },
  );

  it('is refused with messages of one line, short and printable', async () => {
    for (const [, text] of HOSTILE) {
      const { error } = await outcome(text);
      expect(error).toHaveProperty('message', expect.stringMatching(/^[\x20-\x7e…]{1,1200}$/));
    }
  });
});

describe('odd keys', () => {
  it.each([
    [
      'duplicate keys',
      `{"name":"dash","version":"1.0.0","lockfileVersion":3,"packages":{"node_modules/a":7,"node_modules/a":{"version":"1.0.0"}}}`,
      ['npm/a/a-1.0.0.tgz'],
    ],
    [
      'a package called constructor',
      flat({ 'node_modules/constructor': { version: '1.0.0' } }),
      ['npm/constructor/constructor-1.0.0.tgz'],
    ],
    [
      'prototype keys in unread places',
      kite({ engines: 7, __proto__: 7, funding: [[]] }).replace('"engines"', '"__proto__"'),
      ['npm/kite/kite-1.0.0.tgz'],
    ],
    [
      'prototype keys in maps',
      kite({ dependencies: { constructor: '1', PLACE: '1' } }).replace('PLACE', '__proto__'),
      ['npm/kite/kite-1.0.0.tgz'],
    ],
    ['a byte order mark', `\ufeff${kite({})}`, ['npm/kite/kite-1.0.0.tgz']],
  ])('do no harm: %s', async (_name, text, expected) => {
    const { error, paths } = await outcome(text);
    expect(error).toBeUndefined();
    expect(paths).toEqual(expected);
    expect({}).not.toHaveProperty('version');
  });
});

describe('whatever a lock file holds', () => {
  const text = fc.oneof(
    fc.constantFrom(
      '1.0.0',
      'kite',
      '../x',
      REGISTRY,
      `${REGISTRY}/kite/-/kite-1.0.0.tgz`,
      SHA512,
      SHA1,
      '',
      `github:acme/kite#${COMMIT}`,
      `git+https://h/../x#${COMMIT}`,
      'file:../x',
      'file:libs/a',
      'npm:kite@1.0.0',
    ),
    fc.string(),
  );
  const value = fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue() });
  const entryValue = fc.record(
    {
      version: value,
      resolved: value,
      integrity: value,
      name: value,
      link: fc.boolean(),
      inBundle: fc.boolean(),
      bundled: fc.boolean(),
      dependencies: fc.dictionary(text, value),
    },
    { requiredKeys: [] },
  );
  const key = fc.oneof(
    fc.constantFrom(
      'node_modules/kite',
      'node_modules/@acme/dial',
      'libs/a',
      '',
      'kite',
      'node_modules/a/node_modules/b',
      '../a',
    ),
    fc
      .array(fc.constantFrom('node_modules', '..', 'a', '@a', '.', '', '\\', '%2f'), { maxLength: 6 })
      .map((parts) => parts.join('/')),
  );
  const lockFile = fc.record({
    lockfileVersion: fc.constantFrom(1, 2, 3),
    packages: fc.dictionary(key, entryValue),
    dependencies: fc.dictionary(key, entryValue),
  });

  it('it is refused with an error for clients, or every path lies below deps/npm', async () => {
    await fc.assert(
      fc.asyncProperty(lockFile, async (content) => {
        const { error, paths } = await outcome(JSON.stringify(content), {
          npm: { fileDependencyAllowlist: { dash: ['a'] } },
        });
        if (error !== undefined) expect(error).toBeInstanceOf(CachitoError);
        for (const path of paths) {
          expect(path).toMatch(/^npm\//);
          expect(path.split('/').filter((name) => name === '' || name === '.' || name === '..')).toEqual([]);
          expect(path).not.toMatch(/[\\\0]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function escaped(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
