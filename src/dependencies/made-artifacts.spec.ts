import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { InvalidChecksum, InvalidFileFormat, UnsupportedFeature, ValidationError } from '../errors/index.js';
import type { MadeArtifact, MadeArtifactSpec } from './artifact.js';
import { digest, TestArchive } from './testing.js';

const { signal } = new AbortController();
const UPSTREAM = 'git+https://git.acme.dev/team/kite.git#0123';

let test: TestArchive;
beforeAll(async () => {
  test = await TestArchive.open();
});
afterEach(() => test.clear());
afterAll(() => test?.close());

function making(content: string, key: { name?: string; version?: string } = {}) {
  return jest.fn(
    async (): Promise<MadeArtifact> => ({ name: 'kite', version: '1.0.0', content: Readable.from([Buffer.from(content)]), ...key }),
  );
}

function spec(make: MadeArtifactSpec['make'], compute = ['sha512']): MadeArtifactSpec {
  return { ecosystem: 'npm', upstream: UPSTREAM, compute, verifiedBy: 'git commit', make };
}

describe('an artifact that is made here', () => {
  it('is made once, whoever asks, then found by what it was made from', async () => {
    const make = making('packed');
    const [first, ...others] = await Promise.all(Array.from({ length: 9 }, () => test.archive.getMade(spec(make), signal)));
    expect(first).toEqual({
      id: expect.any(Number),
      ecosystem: 'npm',
      name: 'kite',
      version: '1.0.0',
      upstream: UPSTREAM,
      sha256: digest('sha256', 'packed'),
      digests: { sha256: digest('sha256', 'packed'), sha512: digest('sha512', 'packed') },
      size: 6,
      verifiedBy: 'git commit',
    });
    for (const other of others) expect(other).toEqual(first);
    const port = test.archive.forRequest({ offline: true });
    expect(await port.getMade(spec(make), signal)).toEqual(first);
    expect(make).toHaveBeenCalledTimes(1);
    expect(String(await buffer(await port.open(first)))).toBe('packed');
    // Digests that are wanted later are computed.
    expect((await port.getMade(spec(make, ['sha1']), signal)).digests).toEqual({ ...first.digests, sha1: digest('sha1', 'packed') });
    expect(make).toHaveBeenCalledTimes(1);
  });

  it.each([new Date('2020-09-13T12:26:40Z'), undefined])('keeps when it was published: %s', async (published) => {
    const make = async (): Promise<MadeArtifact> => ({ ...(await making('packed')()), published });
    expect((await test.archive.getMade(spec(make), signal)).published).toEqual(published);
    expect((await test.archive.getMade(spec(make), signal)).published).toEqual(published);
  });

  it('counts as it was recorded first, when two processes made it differently', async () => {
    const other = await test.otherProcess();
    const [mine, theirs] = await Promise.all([
      test.archive.getMade(spec(making('one')), signal),
      other.archive.getMade(spec(making('two')), signal),
    ]);
    await other.close();
    expect(mine).toEqual(theirs);
    expect(await test.rows()).toHaveLength(1);
  });

  it('is made again when its bytes were lost, and must be the same', async () => {
    const first = await test.archive.getMade(spec(making('packed')), signal);
    await test.store.delete(first.sha256);
    expect(await test.archive.getMade(spec(making('packed'), ['sha1']), signal)).toMatchObject({ id: first.id, digests: { sha1: digest('sha1', 'packed') } });
    await test.store.delete(first.sha256);
    await expect(test.archive.getMade(spec(making('other')), signal)).rejects.toThrow('kite 1.0.0 was lost from the archive store');
    expect(await test.blobs()).toEqual([]);
  });

  it('is not recorded under an address with a password, which it does not tell', async () => {
    const secret = { ...spec(making('x')), upstream: 'git+https://user:secret@git.acme.dev/kite.git#0123' };
    const refused = test.archive.getMade(secret, signal);
    await expect(refused).rejects.toBeInstanceOf(ValidationError);
    await expect(refused).rejects.not.toThrow(/secret/);
    await test.archive.getMade({ ...secret, upstream: 'git+ssh://git@git.acme.dev/kite.git#0123' }, signal);
  });

  it.each<[string, MadeArtifactSpec['make'], string[], new (...args: never[]) => Error]>([
    ['no name', making('x', { name: '' }), [], InvalidFileFormat],
    ['no version', making('x', { version: '' }), [], InvalidFileFormat],
    ['too many bytes', making('x'.repeat(100_001)), [], ValidationError],
    ['an unknown algorithm', making('x'), ['crc'], UnsupportedFeature],
    ['a failure', () => Promise.reject(new InvalidChecksum('no')), [], InvalidChecksum],
  ])('is not recorded with %s', async (_, make, compute, error) => {
    await expect(test.archive.getMade(spec(make, compute), signal)).rejects.toBeInstanceOf(error);
    expect(await test.rows()).toEqual([]);
    expect(await test.blobs()).toEqual([]);
  });
});
