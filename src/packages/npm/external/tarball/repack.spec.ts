import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Artifact } from '../../../../dependencies/index.js';
import { pax, type RawMember, rawMember, tarText } from '../__fixtures__/tar-text.js';
import { listing, unpacked } from '../__fixtures__/unpacked.js';
import { TAR_LIMITS, type TarLimits } from './limits.js';
import { repack } from './repack.js';

const SUFFIX = '-external-sha512-0a1b';
const MANIFEST: RawMember = { name: 'package/package.json', content: '{"name":"kite","version":"1.0.0"}' };
const CHANGED = `{\n  "name": "kite",\n  "version": "1.0.0${SUFFIX}"\n}\n`;
const ORIGINAL: Artifact = {
  id: 1, ecosystem: 'npm', name: 'kite', version: 'x', upstream: 'https://acme.dev/kite.tgz', sha256: '', digests: {}, size: 0, verifiedBy: 'lock file',
};

async function repacked(archive: Buffer, limits: Partial<TarLimits> = {}, chunk = archive.length): Promise<Buffer> {
  const open = async (): Promise<Readable> => Readable.from(chunksOf(archive, chunk));
  const job = { original: ORIGINAL, suffix: SUFFIX, name: 'fallback', owner: '"kite"' };
  const { content } = await repack(job, { open }, { ...TAR_LIMITS, ...limits });
  return buffer(content);
}

function* chunksOf(archive: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
}

describe('a repacked archive', () => {
  const members: RawMember[] = [
    pax({ comment: '0123' }, 'g'),
    { name: 'package/', type: '5', mode: 0o755 },
    { name: 'package/a.js', content: 'a'.repeat(1500) },
    { ...MANIFEST, mode: 0o755 },
    pax({ path: `package/${'ü'.repeat(80)}`, mtime: '1600000000.5' }),
    { name: 'package/cut', content: 'long' },
    { name: 'b', prefix: 'package/sub', content: '', mode: 0o4755 },
    { name: '././@LongLink', type: 'L', content: `package/${'l'.repeat(200)}\0` },
    { name: 'package/cut', content: 'gnu', magic: 'ustar  \0' },
    { name: 'package/old', content: 'v7', magic: '', type: '\0' },
    { name: 'package/link', type: '2', link: 'sub/b' },
    { name: 'package/hard', type: '1', link: 'package/a.js' },
    { name: 'package/sub/up', type: '2', link: '../a.js' },
    { name: Buffer.from('package/\xff', 'latin1'), content: 'bytes' },
    { name: 'package/sub/package.json', content: '{"version":"inner"}' },
  ];

  it.each<[string, (text: Buffer) => Buffer]>([
    ['gzip', (text) => gzipSync(text)],
    ['plain', (text) => text],
    ['several gzip members', (text) => Buffer.concat([gzipSync(text.subarray(0, 700)), gzipSync(text.subarray(700))])],
    ['no end', (text) => gzipSync(text.subarray(0, -1024))],
    ['rubbish behind the end', (text) => gzipSync(Buffer.concat([text, Buffer.alloc(5000, 'x')]))],
  ])('differs in the version only (%s)', async (_, wrap) => {
    const text = tarText(...members);
    const result = await repacked(wrap(text));
    const old = rawMember(members[3]);
    const at = text.indexOf(old);
    const changed = gunzipSync(result);
    expect(changed.subarray(0, at).equals(text.subarray(0, at))).toBe(true);
    expect(changed.subarray(at + 1024).equals(text.subarray(at + old.length))).toBe(true);
    const manifests = (await unpacked(result)).filter(({ header }) => header.name === MANIFEST.name);
    expect(manifests).toMatchObject([{ header: { mode: 0o755, mtime: new Date(1_600_000_000_000) } }]);
    expect(String(manifests[0].content)).toBe(CHANGED);
  });

  it.each(['package/package.json', 'package.json', './package.json', './kite-1.0/package.json', 'kite//package.json'])(
    'has its version in %s',
    async (name) => {
      expect(await listing(await repacked(tarText({ name: 'x', content: 'x' }, { ...MANIFEST, name })))).toEqual({
        x: '644 x', [name]: `644 ${CHANGED}`,
      });
    },
  );

  it('is the same however it is read, and never read ahead of what is written', async () => {
    const archive = gzipSync(tarText(...members));
    const whole = await repacked(archive);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2000 }), async (chunk) => {
        expect((await repacked(archive, {}, chunk)).equals(whole)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('streams: memory does not grow with the archive', async () => {
    let given = 0;
    let taken = 0;
    let lead = 0;
    const block = Buffer.from(Array.from({ length: 1 << 20 }, () => Math.floor(Math.random() * 256)));
    async function* archive(): AsyncGenerator<Buffer> {
      yield rawMember(MANIFEST);
      yield rawMember({ name: 'package/large', size: 64 * block.length, unpadded: true });
      for (let count = 0; count < 64; count += 1) {
        given += block.length;
        lead = Math.max(lead, given - taken);
        yield block;
      }
      yield Buffer.alloc(1024);
    }
    const job = { original: ORIGINAL, suffix: SUFFIX, name: 'kite', owner: '"kite"' };
    const { content } = await repack(job, { open: async () => Readable.from(archive()) });
    for await (const chunk of content) taken += chunk.length;
    expect(taken).toBeGreaterThan(64 * block.length);
    expect(lead).toBeLessThan(8 * block.length);
  });
});

describe('a hostile or damaged archive', () => {
  const sparse = { 'GNU.sparse.major': '1', 'GNU.sparse.name': 'package/x' };
  const refused = 'ValidationError';
  const damaged = 'FileAccessError';

  it.each<[string, Buffer | RawMember[], string, RegExp, Partial<TarLimits>?]>([
    ['climbs', [MANIFEST, { name: 'package/../../x' }], refused, /outside of the package/],
    ['climbs at its start', [MANIFEST, { name: '../x' }], refused, /outside of the package/],
    ['climbs by a pax path', [MANIFEST, pax({ path: '../x' }), {}], refused, /outside of the package/],
    ['climbs by a GNU long name', [MANIFEST, { type: 'L', content: '../x\0' }, {}], refused, /outside of the package/],
    ['climbs by a prefix', [MANIFEST, { name: 'x', prefix: '..' }], refused, /outside of the package/],
    ['climbs with backslashes', [MANIFEST, { name: 'package/..\\..\\x' }], refused, /outside of the package/],
    ['is absolute', [MANIFEST, { name: '/etc/passwd' }], refused, /outside of the package/],
    ['names a drive', [MANIFEST, { name: 'C:/x' }], refused, /outside of the package/],
    ['names a host', [MANIFEST, { name: '\\\\host\\x' }], refused, /outside of the package/],
    ['holds NUL in a pax path', [MANIFEST, pax({ path: 'package/a\0b' }), {}], refused, /plain path/],
    ['holds a name that is too long', [MANIFEST, pax({ path: `package/${'x'.repeat(256)}` }), {}], refused, /plain path/],
    ['holds a path that is too long', [MANIFEST, pax({ path: `package${'/xxxxxxx'.repeat(600)}` }), {}], refused, /plain path/],
    ['holds a file without name', [MANIFEST, { name: '.' }], refused, /no name/],
    ['links out', [MANIFEST, { type: '2', link: '../x' }], refused, /leads out/],
    ['links out by a detour', [MANIFEST, { type: '2', link: 'b/../../x' }], refused, /leads out/],
    ['links to the root of the host', [MANIFEST, { type: '2', link: '/etc' }], refused, /leads out/],
    ['links to the folder above', [MANIFEST, { name: 'package/a/b', type: '2', link: '../..' }], refused, /leads out/],
    ['links to a neighbour of the package', [MANIFEST, { type: '2', link: '../other/x' }], refused, /leads out/],
    ['links out by pax', [MANIFEST, pax({ linkpath: '../../x' }), { type: '2', link: 'b' }], refused, /leads out/],
    ['links out by a GNU long link', [MANIFEST, { type: 'K', content: '/etc/passwd\0' }, { type: '2', link: 'b' }], refused, /leads out/],
    ['links nowhere', [MANIFEST, { type: '2' }], refused, /leads out/],
    ['links to a drive', [MANIFEST, { type: '2', link: 'C:\\x' }], refused, /leads out/],
    ['links hard out', [MANIFEST, { type: '1', link: '../../etc/passwd' }], refused, /leads out/],
    ['links hard to the root of the host', [MANIFEST, { type: '1', link: '/etc/passwd' }], refused, /leads out/],
    ['links hard to a neighbour', [MANIFEST, { type: '1', link: 'other/x' }], refused, /leads out/],
    ['writes through a link', [MANIFEST, { name: 'package/l', type: '2', link: 'b' }, { name: 'package/l/x' }], refused, /behind a link/],
    ['writes through a link in other case', [MANIFEST, { name: 'package/ſ', type: '2', link: 'b' }, { name: 'package/S/x' }], refused, /behind a link/],
    ['links in the place of a folder', [MANIFEST, { name: 'package/l/x' }, { name: 'package/l', type: '2', link: 'b' }], refused, /place of a directory/],
    ['links with a trailing slash', [MANIFEST, { name: 'package/l/', type: '2', link: 'b' }, { name: 'package/l/x' }], refused, /behind a link/],
    ['links and climbs back', [MANIFEST, { name: 'package/a/l', type: '2', link: '..' }, { name: 'package/x', type: '2', link: 'a/l/../..' }], refused, /leads out/],
    ['holds a device', [MANIFEST, { type: '3' }], refused, /no file, directory or link/],
    ['holds a block device', [MANIFEST, { type: '4' }], refused, /no file, directory or link/],
    ['holds a FIFO', [MANIFEST, { type: '6' }], refused, /no file, directory or link/],
    ['holds a GNU sparse file', [MANIFEST, { type: 'S' }], refused, /no file, directory or link/],
    ['holds an unknown type', [MANIFEST, { type: 'Z' }], refused, /no file, directory or link/],
    ['holds a pax sparse file', [MANIFEST, pax(sparse), {}], refused, /sparse/],
    ['names all files alike', [pax({ path: 'package/package.json' }, 'g'), MANIFEST], refused, /unexpected "path"/],
    ['changes the encoding', [MANIFEST, pax({ hdrcharset: 'BINARY' }), {}], refused, /unexpected "hdrcharset"/],
    ['names a file by pax and GNU', [MANIFEST, { type: 'L', content: 'package/b\0' }, pax({ path: 'package/c' }), {}], refused, /twice/],
    ['names a file by pax twice', [MANIFEST, pax({ path: 'package/b' }), pax({ path: 'package/c' }), {}], refused, /twice/],
    ['has two sizes', [MANIFEST, pax({ size: '1024' }), { content: 'x' }], refused, /two sizes/],
    ['has a size of words', [MANIFEST, pax({ size: '1e3' }), { content: 'x' }], refused, /two sizes/],
    ['has a directory with content', [MANIFEST, { type: '5', content: 'x' }], refused, /with content/],
    ['has a link with content', [MANIFEST, { type: '2', link: 'b', content: 'x' }], refused, /with content/],
    ['has a large header', [MANIFEST, pax({ comment: 'x'.repeat(70_000) }), {}], refused, /header of more than/],
    ['has another package.json', [MANIFEST, MANIFEST], refused, /more than one package.json/],
    ['has another package.json beside', [MANIFEST, { ...MANIFEST, name: 'other/package.json' }], refused, /more than one package.json/],
    ['has another package.json in capitals', [MANIFEST, { ...MANIFEST, name: 'package/PACKAGE.JSON' }], refused, /more than one package.json/],
    ['has another package.json as directory', [MANIFEST, { name: 'package/package.json/', type: '5' }], refused, /more than one package.json/],
    ['has many entries', [MANIFEST, {}, {}, {}], refused, /more than 3 entries/, { entries: 3 }],
    ['is large', [MANIFEST, { content: Buffer.alloc(10_000) }], refused, /inflates to more/, { inflated: 5000 }],
    ['is a bomb', gzipSync(tarText(MANIFEST, { content: Buffer.alloc(1_000_000) })), refused, /inflates to more/, { ratioFree: 100_000 }],
    ['is a bomb before its package.json', gzipSync(tarText({ content: Buffer.alloc(1_000_000) }, MANIFEST)), refused, /inflates to more/, { ratioFree: 100_000 }],
    ['has no package.json', [{}], damaged, /no package.json/],
    ['has a deeper package.json only', [{ ...MANIFEST, name: 'a/b/package.json' }], damaged, /no package.json/],
    ['has a package.json that is a link', [{ name: 'package/package.json', type: '2', link: 'b' }, MANIFEST], damaged, /is no file/],
    ['has a package.json that is a directory', [{ name: 'package/package.json', type: '5' }], damaged, /is no file/],
    ['has a huge package.json', [{ ...MANIFEST, content: ' '.repeat(5_000_000) }], damaged, /larger than any/],
    ['has no JSON', [{ ...MANIFEST, content: 'name: kite' }], damaged, /not valid JSON/],
    ['is empty', Buffer.alloc(0), damaged, /no package.json/],
    ['is empty inside', gzipSync(''), damaged, /no package.json/],
    ['is a web page', Buffer.from('<!doctype html>'.repeat(100)), damaged, /not a tar archive/],
    ['is no gzip behind its start', Buffer.concat([Buffer.of(0x1f, 0x8b), Buffer.alloc(2000, 1)]), damaged, /is damaged/],
    ['is gzip cut off', gzipSync(tarText(MANIFEST, { content: 'x'.repeat(5000) })).subarray(0, -40), damaged, /is damaged/],
    ['is gzip with a wrong checksum', corrupt(gzipSync(tarText(MANIFEST))), damaged, /is damaged/],
    ['is cut off in a content', tarText(MANIFEST, { content: Buffer.alloc(5000) }).subarray(0, 3000), damaged, /is damaged/],
    ['is cut off in package.json', rawMember(MANIFEST).subarray(0, 520), damaged, /is damaged/],
    ['is cut off in a header', tarText(MANIFEST, {}).subarray(0, 1100), damaged, /is damaged/],
    ['is cut off behind a pax header', [MANIFEST, pax({ path: 'package/x' })], damaged, /is damaged/],
    ['has a wrong checksum', [MANIFEST, { checksum: 1 }], damaged, /is damaged/],
    ['has a negative size', [MANIFEST, { size: Buffer.alloc(12, 0xff) }], damaged, /is damaged/],
    ['has an endless size', [MANIFEST, { size: Buffer.concat([Buffer.of(0x80), Buffer.alloc(11, 0xff)]) }], damaged, /is damaged/],
    ['has a size of words', [MANIFEST, { size: Buffer.from('0x10\0') }], damaged, /is damaged/],
    ['has a size beyond its end', [MANIFEST, { size: 0o7777777777 }], damaged, /is damaged/],
    ['has a prefix that not all read', [MANIFEST, { prefix: 'package', magic: 'ustar  \0' }], damaged, /is damaged/],
    ['has a malformed pax record', [MANIFEST, { type: 'x', content: '99 path=x\n' }, {}], damaged, /is damaged/],
    ['has a pax record without end', [MANIFEST, { type: 'x', content: '8 path=x' }, {}], damaged, /is damaged/],
    ['has a pax record of no length', [MANIFEST, { type: 'x', content: '0 path=x\n' }, {}], damaged, /is damaged/],
  ])('is refused when it %s', async (_, archive, name, message, limits = {}) => {
    const bytes = Buffer.isBuffer(archive) ? archive : tarText(...archive);
    await expect(repacked(bytes, limits)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('is read no further than the limit', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield rawMember({ size: 0o77777777777 });
      for (;;) {
        read += 1 << 16;
        yield Buffer.alloc(1 << 16);
      }
    }
    const job = { original: ORIGINAL, suffix: SUFFIX, name: 'kite', owner: '"kite"' };
    const open = async (): Promise<Readable> => Readable.from(endless());
    await expect(repack(job, { open }, { ...TAR_LIMITS, inflated: 1 << 20 })).rejects.toThrow('inflates to more');
    expect(read).toBeLessThan(2 << 20);
  });

  it('never breaks the reader, whatever its bytes are', async () => {
    const base = tarText(MANIFEST, pax({ path: 'package/x' }), { content: 'x'.repeat(600) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(base);
        for (const [at, value] of changes) bytes[at] = value;
        const outcome = await repacked(bytes).catch((error: unknown) => error);
        if (!Buffer.isBuffer(outcome)) expect(['FileAccessError', 'ValidationError', 'InvalidFileFormat']).toContain(Object(outcome).name);
      }),
      { numRuns: 300 },
    );
  });
});

function corrupt(gzip: Buffer): Buffer {
  const copy = Buffer.from(gzip);
  copy[copy.length - 6] ^= 0xff;
  return copy;
}
