import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactSpec, MadeArtifactSpec } from './artifact.js';
import { digest, specOf, TestArchive, TestUpstream } from './testing.js';

const { signal } = new AbortController();
const CONTENT = 'an archive';
const SHA512 = { sha512: digest('sha512', CONTENT) };
const SHA1 = { algorithm: 'sha1', digest: digest('sha1', CONTENT) };

/** Ways to ask for the same file; each is handed out as verified by its last word, when it was recorded by `registry`. */
const WAYS: [string, Partial<ArtifactSpec>, string][] = [
  ['digests', { digests: SHA512, verifiedBy: 'lock file' }, 'lock file'],
  ['other words for the same digests', { digests: SHA512, verifiedBy: 'go.sum' }, 'go.sum'],
  ['a choice of digests', { anyDigest: [SHA1], verifiedBy: 'requirements' }, 'requirements'],
  ['digests that vouch for nothing', { digests: SHA512, verifiedBy: 'none' }, 'registry'],
  ['no digests', { verifiedBy: 'none' }, 'registry'],
  ['no digests, though something else is said', { anyDigest: [], verifiedBy: 'lock file' }, 'registry'],
  ['digests that would be found', { verifiedBy: 'none', findDigests: async () => ({ digests: SHA512, verifiedBy: 'index' }) }, 'registry'],
];

describe('what vouched for a file', () => {
  let test: TestArchive;
  let upstream: TestUpstream;
  beforeAll(async () => {
    test = await TestArchive.open();
    upstream = await new TestUpstream((_, __, response) => void response.end(CONTENT)).listen();
  });
  afterEach(async () => {
    upstream.calls.clear();
    await test.clear();
  });
  afterAll(async () => {
    upstream?.close();
    await test?.close();
  });

  const spec = (overrides: Partial<ArtifactSpec>): ArtifactSpec => specOf([upstream.url('/kite.tgz')], overrides);
  const recorded = (): Promise<{ verified_by: string }[]> =>
    test.database.dataSource.query('SELECT "verified_by" FROM "artifact"');
  const record = () => test.archive.get(spec({ digests: SHA512, verifiedBy: 'registry' }), signal);

  it.each(WAYS)('is what the request compared it with: %s', async (_, overrides, expected) => {
    const first = await record();
    const asked = spec(overrides);
    const port = test.archive.forRequest({ offline: true });
    for (const artifact of [await port.get(asked, signal), ...(await port.getAll([asked, asked], { signal }))]) {
      expect([artifact.id, artifact.verifiedBy]).toEqual([first.id, expected]);
    }
    expect(await recorded()).toEqual([{ verified_by: 'registry' }]);
    expect(upstream.totalCalls).toBe(1);
  });

  it('is told each of those who share a fetch', async () => {
    const asked = ['lock file', 'go.sum', 'registry', 'none'].map((verifiedBy) => spec({ digests: SHA512, verifiedBy }));
    const [alone, together] = await Promise.all([
      Promise.all(asked.map((each) => test.archive.get(each, signal))),
      test.archive.getAll(asked, { signal }),
    ]);
    const [{ verified_by: first }] = await recorded();
    for (const artifacts of [alone, together]) {
      expect(artifacts.map(({ verifiedBy }) => verifiedBy)).toEqual(['lock file', 'go.sum', 'registry', first]);
    }
    expect(upstream.totalCalls).toBe(1);
  });

  it('stands as it was recorded when digests were found, or the file was lost since', async () => {
    const found = spec({ verifiedBy: 'none', findDigests: async () => ({ digests: SHA512, verifiedBy: 'index' }) });
    const first = await test.archive.get(found, signal);
    expect(first.verifiedBy).toBe('index');
    await test.store.delete(first.sha256);
    expect(await test.archive.get(spec({ digests: SHA512, verifiedBy: 'lock file' }), signal)).toEqual({ ...first, verifiedBy: 'lock file' });
    expect(await test.archive.get(spec({ verifiedBy: 'none' }), signal)).toEqual(first);
    expect(await recorded()).toEqual([{ verified_by: 'index' }]);
  });

  it('is what was recorded for what is made here: it has no digests to be compared with', async () => {
    const made = (verifiedBy: string): MadeArtifactSpec => ({
      ecosystem: 'npm',
      upstream: 'git+https://git.acme.dev/team/kite.git#0123',
      verifiedBy,
      make: async () => ({ name: 'kite', version: '1.0.0', content: Readable.from([Buffer.from(CONTENT)]) }),
    });
    expect((await test.archive.getMade(made('git commit'), signal)).verifiedBy).toBe('git commit');
    expect((await test.archive.getMade(made('something else'), signal)).verifiedBy).toBe('git commit');
  });

  it('does not keep requests waiting whose rows refer to the file', async () => {
    const { id } = await record();
    await test.database.dataSource.transaction(async (manager) => {
      // As a foreign key does.
      await manager.query('SELECT FROM "artifact" WHERE "id" = $1 FOR KEY SHARE', [id]);
      const { digests } = await test.archive.get(spec({ compute: ['md5'] }), signal);
      expect(digests).toHaveProperty('md5', digest('md5', CONTENT));
    });
  });
});
