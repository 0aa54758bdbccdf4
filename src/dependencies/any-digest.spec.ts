import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../test/support/tools.js';
import { InvalidChecksum } from '../errors/index.js';
import { hashName } from './any-digest.js';
import type { AlgorithmDigest, ArtifactSpec } from './artifact.js';
import { digest as digestOf, specOf, TestArchive, TestUpstream } from './testing.js';

const { signal } = new AbortController();
const CONTENT = Buffer.from('a source distribution');
const OTHER = Buffer.from('another one');
const right = (algorithm: string): AlgorithmDigest => ({ algorithm, digest: digestOf(hashName(algorithm) ?? '', CONTENT) });
const wrong = (algorithm: string): AlgorithmDigest => ({ algorithm, digest: digestOf(hashName(algorithm) ?? '', OTHER) });
const unknown = (algorithm = 'crc'): AlgorithmDigest => ({ algorithm, digest: 'abc' });

describe('hashName', () => {
  it.each([
    ['md5', 'md5'],
    ['sha256', 'sha256'],
    ['sha3_256', 'sha3-256'],
    ['sha512_256', 'sha512-256'],
    ['blake2b', 'blake2b512'],
    ['blake2s', 'blake2s256'],
    ['shake_128', undefined],
    ['shake256', undefined],
    ['SHA256', undefined],
    ['crc', undefined],
    ['', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['sha256\n', undefined],
    ['RSA-SHA256', undefined],
  ])('of %j is %s', (algorithm, expected) => {
    expect(hashName(algorithm)).toBe(expected);
  });

  itWithTool('python3', 'knows what Python always knows, and means the same by it', async () => {
    const script = `
import hashlib, json
names = sorted(name for name in hashlib.algorithms_guaranteed if not name.startswith("shake"))
print(json.dumps([[name, hashlib.new(name, b"a source distribution").hexdigest()] for name in names]))`;
    const digests: [string, string][] = JSON.parse(execFileSync('python3', ['-c', script], { encoding: 'utf8' }));
    expect(digests.length).toBeGreaterThan(10);
    for (const [algorithm, expected] of digests) {
      const actual = createHash(hashName(algorithm) ?? '').update(CONTENT).digest('hex');
      expect([algorithm, actual]).toEqual([algorithm, expected]);
    }
  });
});

describe('an artifact of which one digest must be right', () => {
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

  const spec = (anyDigest: AlgorithmDigest[], overrides: Partial<ArtifactSpec> = {}): ArtifactSpec =>
    specOf([upstream.url('/kite-1.0.tar.gz')], { anyDigest, namedBy: 'requirements.txt', ...overrides });
  const get = (anyDigest: AlgorithmDigest[], overrides?: Partial<ArtifactSpec>) => test.archive.get(spec(anyDigest, overrides), signal);
  const recorded = (...algorithms: string[]) => ({ ...Object.fromEntries(algorithms.map((name) => [name, right(name).digest])), sha256: digestOf('sha256', CONTENT) });

  it.each<[string, AlgorithmDigest[], string[]]>([
    ['the only one', [right('sha256')], []],
    ['one of many files', [wrong('sha256'), right('sha256'), wrong('sha256')], []],
    ['one of two algorithms', [wrong('sha512'), right('md5')], ['sha512', 'md5']],
    ['one that Python calls otherwise', [right('blake2b')], ['blake2b']],
    ['one beside unknown ones', [unknown(), right('sha3_256'), unknown('__proto__'), unknown('shake_128')], ['sha3_256']],
    ['none, for nothing is asked', [], []],
  ])('is stored for %s, and known digests are recorded', async (_, anyDigest, algorithms) => {
    const first = await get(anyDigest);
    expect(first.digests).toEqual(recorded(...algorithms));
    // Known: without the network.
    expect(await test.archive.getAll([spec(anyDigest)], { signal })).toEqual([first]);
    expect(await test.archive.get(spec(anyDigest), signal, { offline: true })).toEqual(first);
    expect(upstream.totalCalls).toBe(1);
  });

  const REFUSED: [string, AlgorithmDigest[], Partial<ArtifactSpec>, RegExp | string][] = [
    [
      'none right',
      [wrong('sha256'), wrong('sha3_256'), wrong('sha256'), unknown()],
      {},
      `kite 2.1.3 has none of the checksums (sha256, sha3_256, crc) that requirements.txt names: it has sha256 ${right('sha256').digest}, ` +
        `sha3_256 ${right('sha3_256').digest}. Either requirements.txt is wrong, or the upstream serves another file under this name.`,
    ],
    ['none known', [unknown()], { namedBy: undefined }, /\(crc\) that the lock file names: these algorithms are not known here\./],
    ['hostile names', [unknown('a\n"b'), unknown('x'.repeat(1000))], {}, /\("a\\n\\"b", "x{30}"\)/],
    ['many names', Array.from({ length: 1000 }, (_, at) => unknown(`a${at}`)), {}, /, a9\) that/],
    ['hostile digests', [{ algorithm: 'sha256', digest: 'é'.repeat(64) }, { algorithm: 'md5', digest: '' }, { algorithm: 'sha1', digest: '\0' }], {}, /none of the checksums/],
    ['the right digest of another algorithm', [{ algorithm: 'sha3_256', digest: digestOf('sha256', CONTENT) }], {}, /none of the checksums/],
    ['one right, and a wrong one of the index', [right('sha256')], { digests: { md5: digestOf('md5', OTHER) } }, /does not have the md5 checksum/],
    ['the index right, and none of these', [wrong('sha256')], { digests: { sha256: digestOf('sha256', CONTENT) } }, /none of the checksums/],
  ];
  it.each(REFUSED)('is refused: %s', async (_, anyDigest, overrides, message) => {
    const refused = get(anyDigest, overrides);
    await expect(refused).rejects.toBeInstanceOf(InvalidChecksum);
    await expect(refused).rejects.toThrow(message);
    expect(upstream.totalCalls).toBe(1);
    expect(await test.blobs()).toEqual([]);
    expect(await test.rows()).toEqual([]);
  });

  it('is judged by its stored bytes when it is known without the digest', async () => {
    const first = await get([]);
    const more = await get([wrong('sha512'), right('blake2s')]);
    expect(more).toEqual({ ...first, digests: recorded('sha512', 'blake2s') });
    expect(await test.rows()).toMatchObject([{ digests: recorded('sha512', 'blake2s') }]);
    await expect(get([wrong('sha1')])).rejects.toThrow(/\(sha1\) that requirements\.txt names: it has sha1/);
    await expect(test.archive.get(spec([unknown()]), signal, { offline: true })).rejects.toBeInstanceOf(InvalidChecksum);
    expect(upstream.totalCalls).toBe(1);
    expect(await test.blobs()).toEqual([first.sha256]);
  });

  it('needs no other digest when a recorded one is right', async () => {
    const first = await get([]);
    expect(await test.archive.getAll([spec([right('sha256'), wrong('sha512')])], { signal })).toEqual([first]);
    expect(await test.rows()).toMatchObject([{ digests: recorded() }]);
  });

  it('is sought under all its upstreams', async () => {
    upstream.answer = (path, _, response) => void response.end(path === '/a' ? OTHER : CONTENT);
    await get([], { upstreams: [upstream.url('/a')] });
    const known = await get([], { upstreams: [upstream.url('/b')] });
    const both: Partial<ArtifactSpec> = { upstreams: [upstream.url('/a'), upstream.url('/b')] };
    expect((await get([right('sha1')], both)).id).toBe(known.id);
    await expect(get([unknown()], both)).rejects.toBeInstanceOf(InvalidChecksum);
    expect(upstream.totalCalls).toBe(2);
    upstream.answer = (_, __, response) => void response.end(CONTENT);
  });

  it('must be the same when it was lost', async () => {
    const { sha256 } = await get([]);
    await test.store.delete(sha256);
    await expect(get([wrong('sha512')])).rejects.toBeInstanceOf(InvalidChecksum);
    expect(await test.blobs()).toEqual([]);
    expect((await get([right('sha512')])).digests).toEqual(recorded('sha512'));
  });

  it('is vouched for by them', async () => {
    const findDigests: ArtifactSpec['findDigests'] = async () => ({ digests: {}, verifiedBy: 'index' });
    expect(await get([right('sha256')], { verifiedBy: 'requirements', findDigests })).toMatchObject({ verifiedBy: 'requirements' });
  });

  it('is not shared with those who ask for another', async () => {
    const all = await Promise.allSettled([get([right('sha256')]), get([wrong('sha256')]), get([right('sha256')])]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
