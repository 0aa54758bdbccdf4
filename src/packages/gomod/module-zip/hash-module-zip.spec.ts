import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import { goVerdict } from './__fixtures__/go-sums.js';
import { localEntry, type TestEntry, type TestZip, zipOf } from './__fixtures__/zip-writer.js';
import { hashGoMod } from './hash-go-mod.js';
import { hashModuleZip } from './hash-module-zip.js';
import { hashZipFile } from './hash-zip-file.js';

const MODULE = { name: 'example.com/kite', version: 'v1.0.0' };
const MIB = 1024 * 1024;
const { signal } = new AbortController();
let directory: string;
let count = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cachito-zip-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function fileOf(content: Buffer | string): Promise<string> {
  const file = join(directory, `${(count += 1)}`);
  await writeFile(file, content);
  return file;
}

/** An entry of the module. */
function entry(name: string, content: string | Buffer = name, more: Partial<TestEntry> = {}): TestEntry {
  return { name: `example.com/kite@v1.0.0/${name}`, content, ...more };
}

const GO_MOD = entry('go.mod', 'module example.com/kite\n');
const signed = (crc: number): Buffer => {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(crc, 4);
  return descriptor;
};

/** With real `go` the hashes were computed by it; without, the tests of this table are skipped. */
const GOOD: [string, TestEntry[], TestZip?][] = [
  ['nothing', []],
  ['one file', [GO_MOD]],
  ['no go.mod', [entry('kite.go', 'package kite\n')]],
  ['files in any order', [entry('z.go'), GO_MOD, entry('a.go'), entry('a/b.go'), entry('a-b.go')]],
  ['names that sort by bytes', [entry('\u{ff21}.txt'), entry('\u{10400}.txt'), entry('é.txt'), entry('z.txt'), entry('\u{fb01}.txt')]],
  ['stored files', [entry('a', 'stored', { method: 0 }), entry('empty', '', { method: 0 })]],
  ['empty files', [entry('a', ''), entry('b', '')]],
  ['directories', [entry('', ''), entry('a/', '', { method: 0 }), entry('a/b'), entry('a/', '', { method: 0 })]],
  ['modes of Unix', [entry('run.sh', 'x', { mode: 0o100755 }), entry('d/', '', { mode: 0o040755, method: 0 })]],
  ['files behind a descriptor', [entry('a', 'abc', { flags: 8, descriptor: signed(0x352441c2) }), entry('b')]],
  ['files behind a descriptor without signature', [entry('a', 'abc', { flags: 8, descriptor: signed(0x352441c2).subarray(4) }), entry('b')]],
  ['the zip64 form', [entry('a', 'abc', { zip64: true }), GO_MOD], { zip64: {} }],
  ['a comment', [GO_MOD], { comment: Buffer.from('made by hand') }],
  ['files of one piece', [entry('a', Buffer.alloc(4 * MIB, 'piece')), entry('b', randomBytes(MIB - 500))]],
  ['files of many pieces', [entry('a', Buffer.alloc(9 * MIB + 1, 'many')), entry('b', randomBytes(3 * MIB)), entry('c', randomBytes(2 * MIB + 1), { method: 0 })]],
  ['vendor and internal names', [entry('vendor/modules.txt'), entry('internal/x.go'), entry('.github/x.yml'), entry('a b (c).txt')]],
  ['long paths', [entry(`${'d/'.repeat(200)}x`)]],
];

describe('the h1 digest of a module zip', () => {
  for (const [name, entries, zip] of GOOD) {
    itWithTool('go', `is what go computes: ${name}`, async () => {
      const content = zipOf(entries, zip);
      const verdict = await goVerdict(content);
      expect(verdict).toEqual({ zip: expect.stringMatching(/^[0-9a-f]{64}$/), mod: expect.any(String) });
      expect(await hashZipFile({ ...MODULE, file: await fileOf(content) })).toBe(verdict.zip);
    });
  }

  it('is computed in a thread', async () => {
    const file = await fileOf(zipOf([GO_MOD, entry('a', randomBytes(MIB))]));
    expect(await hashModuleZip(file, signal, MODULE)).toBe(await hashZipFile({ ...MODULE, file }));
  });

  it('is one that anybody can compute', async () => {
    // printf a | sha256sum, its line for this name hashed again.
    const file = await fileOf(zipOf([entry('a', 'a')]));
    expect(await hashZipFile({ ...MODULE, file })).toBe('40ccafc44357ee1a4f6525b1253a3c8df757b72e8907d33cae085fee84f05223');
  });

  it('of many zips at once is right', async () => {
    const files = await Promise.all(Array.from({ length: 40 }, (_, at) => fileOf(zipOf([entry('a', `${at}`)]))));
    const digests = await Promise.all(files.map((file) => hashModuleZip(file, signal, MODULE)));
    expect(digests).toEqual(await Promise.all(files.map((file) => hashZipFile({ ...MODULE, file }))));
    expect(new Set(digests).size).toBe(40);
  });

  it('is given up with the signal', async () => {
    const file = await fileOf(zipOf([entry('a', randomBytes(8 * MIB))]));
    const abort = new AbortController();
    const hashed = hashModuleZip(file, abort.signal, MODULE);
    abort.abort(new Error('cancelled'));
    await expect(hashed).rejects.toThrow('cancelled');
  });
});

/** A zip in which the second file lies inside the first. */
function overlapping(): Buffer {
  const inner = entry('b', 'inside', { method: 0 });
  const outer = entry('a', localEntry(inner), { method: 0 });
  const start = localEntry({ ...outer, content: '' }).length;
  return zipOf([outer, { ...inner, offset: start }]);
}

function changed(content: Buffer, change: (content: Buffer) => void): Buffer {
  change(content);
  return content;
}

const PLAIN = (): Buffer => zipOf([GO_MOD, entry('kite.go', 'package kite\n'.repeat(50))]);
const ZEROS = (size: number): Buffer => deflateRawSync(Buffer.alloc(size));

/** What the real `go` does with it; it would create all directories. */
const HOSTILE: [string, () => Buffer, RegExp, 'refuses' | 'takes' | 'is not asked'][] = [
  ['an empty file', () => Buffer.alloc(0), /is no zip/, 'refuses'],
  ['text', () => Buffer.from('404 page not found'), /is no zip/, 'refuses'],
  ['a zip without its end', () => PLAIN().subarray(0, -1), /is no zip, or cut off|bytes behind/, 'refuses'],
  ['the first half of a zip', () => PLAIN().subarray(0, 100), /is no zip, or cut off/, 'refuses'],
  ['a zip without its beginning', () => PLAIN().subarray(10), /bytes before the zip/, 'refuses'],
  ['bytes behind the end', () => zipOf([GO_MOD], { behind: Buffer.from('<?php ?>') }), /bytes behind its end/, 'takes'],
  ['bytes before the beginning', () => zipOf([GO_MOD], { before: Buffer.from('#!/bin/sh\n') }), /bytes before the zip/, 'takes'],
  ['two zips', () => Buffer.concat([PLAIN(), PLAIN()]), /bytes before the zip/, 'takes'],
  ['a zip in its comment', () => zipOf([GO_MOD], { comment: zipOf([entry('other.go')]) }), /bytes before the zip/, 'takes'],
  ['another number of entries', () => zipOf([GO_MOD], { count: 2 }), /another number of entries/, 'refuses'],
  ['a directory that is elsewhere', () => zipOf([GO_MOD], { directoryOffset: 1 }), /directory is not where it says/, 'refuses'],
  ['a directory of another size', () => zipOf([GO_MOD], { directorySize: 46 }), /directory is not where it says/, 'takes'],
  ['a damaged directory', () => changed(PLAIN(), (zip) => zip.fill(0, zip.length - 99, zip.length - 95)), /directory is damaged/, 'refuses'],
  ['several volumes', () => zipOf([GO_MOD], { disk: 1 }), /several volumes/, 'takes'],
  ['zip64 with another count', () => zipOf([GO_MOD], { zip64: { count: 2 } }), /another number of entries/, 'refuses'],
  ['zip64 with a huge count', () => zipOf([GO_MOD], { zip64: { count: 2 ** 40 } }), /too many entries/, 'refuses'],
  ['zip64 with an impossible size', () => zipOf([GO_MOD], { zip64: { size: 2n ** 60n } }), /size in it is impossible/, 'refuses'],
  ['zip64 with another offset', () => zipOf([GO_MOD], { zip64: { offset: 7n } }), /directory is not where it says/, 'refuses'],
  ['zip64 that is elsewhere', () => zipOf([GO_MOD], { zip64: { at: 0n } }), /zip64 directory is not where it says/, 'refuses'],
  ['zip64 on two volumes', () => zipOf([GO_MOD], { zip64: { disks: 2 } }), /several volumes/, 'refuses'],
  ['zip64 that contradicts the old end', () => zipOf([GO_MOD], { zip64: { count: 2 }, count: 1, directorySize: 999 }), /contradict/, 'refuses'],
  ['a zip64 size that is missing', () => zipOf([entry('a', 'abc', { zip64: true, extra: Buffer.alloc(0) })]), /size of .* is missing/, 'refuses'],
  ['a zip64 size that is impossible', () => zipOf([entry('a', 'abc', { zip64: true, extra: Buffer.concat([Buffer.of(1, 0, 24, 0), Buffer.alloc(24, 0xff)]) })]), /impossible/, 'refuses'],
  ['a file that is outside', () => zipOf([GO_MOD, entry('a', 'a', { offset: 99_999 })]), /outside of the zip/, 'refuses'],
  ['a file that is somewhere else', () => zipOf([entry('a', 'a', { offset: 3 })]), /not where it is said to be/, 'refuses'],
  ['two names for one file', () => zipOf([entry('a'), entry('b', 'a', { offset: 0 })]), /overlaps with another file/, 'takes'],
  ['a file inside another', overlapping, /overlaps with another file/, 'takes'],
  ['a file that reaches into the directory', () => zipOf([GO_MOD, entry('a', 'abc', { method: 0, compressedSize: 60, size: 60 })]), /overlaps with the directory/, 'refuses'],
  ['another name in its header', () => zipOf([entry('a', 'a', { localName: 'example.com/kite@v1.0.0/b' })]), /something else in the zip/, 'takes'],
  ['another method in its header', () => zipOf([entry('a', 'a', { localMethod: 0 })]), /something else in the zip/, 'takes'],
  ['a name outside of the module', () => zipOf([GO_MOD, { name: 'example.com/other@v1.0.0/a' }]), /does not lie in/, 'refuses'],
  ['a name of another version', () => zipOf([{ name: 'example.com/kite@v1.0.1/a' }]), /does not lie in/, 'refuses'],
  ['an absolute name', () => zipOf([{ name: '/etc/passwd' }]), /does not lie in/, 'refuses'],
  ['an absolute name in the module', () => zipOf([entry('/etc/passwd')]), /no path that Go allows/, 'refuses'],
  ['a name that climbs', () => zipOf([entry('../../x')]), /no path that Go allows/, 'refuses'],
  ['a name with a dot', () => zipOf([entry('a/./x')]), /no path that Go allows/, 'refuses'],
  ['a name with two slashes', () => zipOf([entry('a//x')]), /no path that Go allows/, 'refuses'],
  ['a name with a backslash', () => zipOf([entry('a\\..\\x')]), /no path that Go allows/, 'refuses'],
  ['a name with a line feed', () => zipOf([entry('a\nb')]), /no path that Go allows/, 'refuses'],
  ['a name with NUL', () => zipOf([entry('a\0b')]), /no path that Go allows/, 'refuses'],
  ['a name with an emoji', () => zipOf([entry('\u{1f600}')]), /no path that Go allows/, 'refuses'],
  ['a name that ends with a dot', () => zipOf([entry('a./b')]), /no path that Go allows/, 'refuses'],
  ['a device of Windows', () => zipOf([entry('x/Con.txt')]), /no path that Go allows/, 'refuses'],
  ['a name that is not UTF-8', () => zipOf([{ name: Buffer.from('example.com/kite@v1.0.0/\xff', 'latin1') }]), /not UTF-8/, 'refuses'],
  ['a name that is too long', () => zipOf([entry('d/'.repeat(2100) + 'x')]), /name in it is too long/, 'refuses'],
  ['too many directories', () => zipOf(Array.from({ length: 1010 }, (_, at) => entry(`${at}/${'a/'.repeat(500)}x`))), /too many directories/, 'is not asked'],
  ['a file twice', () => zipOf([entry('a'), entry('a')]), /in it twice/, 'refuses'],
  ['names that differ in case', () => zipOf([entry('README'), entry('readme')]), /differ only in case/, 'refuses'],
  ['directories that differ in case', () => zipOf([entry('A/x'), entry('a/y')]), /differ only in case/, 'refuses'],
  ['names that fold to the same', () => zipOf([entry('K'), entry('k')]), /differ only in case/, 'refuses'],
  ['a file and a directory', () => zipOf([entry('a'), entry('a/b')]), /both a file and a directory/, 'refuses'],
  ['a directory with content', () => zipOf([entry('a/', 'abc')]), /has content/, 'refuses'],
  ['a symbolic link', () => zipOf([entry('a', '/etc/passwd', { mode: 0o120777 })]), /link or another special file/, 'takes'],
  ['a device', () => zipOf([entry('a', '', { mode: 0o020644 })]), /link or another special file/, 'takes'],
  ['an encrypted file', () => zipOf([entry('a', 'a', { flags: 1 })]), /encrypted/, 'takes'],
  ['a method that Go does not know', () => zipOf([entry('a', 'a', { method: 12 })]), /way that Go does not know/, 'refuses'],
  ['go.mod in a directory', () => zipOf([GO_MOD, entry('sub/go.mod')]), /go\.mod in another place/, 'refuses'],
  ['go.mod in capitals', () => zipOf([entry('GO.MOD')]), /go\.mod in another place or case/, 'refuses'],
  ['a large go.mod', () => zipOf([entry('go.mod', Buffer.alloc(16 * MIB + 1))]), /go\.mod has more than 16777216 bytes/, 'refuses'],
  ['a large LICENSE', () => zipOf([entry('LICENSE', Buffer.alloc(16 * MIB + 1))]), /LICENSE has more than 16777216 bytes/, 'refuses'],
  ['too many bytes together', () => zipOf([entry('a', 'a', { size: 300 * MIB }), entry('b', 'b', { size: 300 * MIB })]), /more than 524288000 bytes/, 'refuses'],
  ['a file that is longer than it says', () => zipOf([entry('a', 'abc', { size: 2 })]), /more bytes than it says/, 'refuses'],
  ['a bomb that says it is small', () => zipOf([entry('a', 'a', { raw: ZEROS(200 * MIB), size: 10 })]), /more bytes than it says/, 'refuses'],
  ['a bomb that says it is middling', () => zipOf([entry('a', 'a', { raw: ZEROS(200 * MIB), size: 5 * MIB })]), /more bytes than it says/, 'refuses'],
  ['a stored file that is longer', () => zipOf([entry('a', 'abc', { method: 0, size: 2 })]), /more bytes than it says/, 'refuses'],
  ['a file that is shorter than it says', () => zipOf([entry('a', 'abc', { size: 4 })]), /fewer bytes than it says/, 'refuses'],
  ['a long file that is shorter', () => zipOf([entry('a', 'abc', { size: 9 * MIB })]), /fewer bytes than it says/, 'refuses'],
  ['another CRC', () => zipOf([entry('a', 'abc', { crc32: 1 })]), /is damaged/, 'refuses'],
  ['another CRC in its descriptor', () => zipOf([entry('a', 'abc', { flags: 8, descriptor: signed(1) })]), /is damaged/, 'refuses'],
  ['damaged content', () => zipOf([entry('a', 'abc', { raw: Buffer.from('nonsense') })]), /is damaged/, 'refuses'],
  ['content that is cut off', () => zipOf([entry('a', 'abc'.repeat(99), { raw: deflateRawSync(Buffer.from('abc'.repeat(99))).subarray(0, 4) })]), /is damaged/, 'refuses'],
  ['long content that is cut off', () => zipOf([entry('a', Buffer.alloc(9 * MIB), { raw: ZEROS(9 * MIB).subarray(0, -20) })]), /is damaged/, 'refuses'],
];

describe('a hostile module zip', () => {
  it.each(HOSTILE)('is refused: %s', async (_, make, reason) => {
    const refused = hashZipFile({ ...MODULE, file: await fileOf(make()) });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidZip', message: expect.stringMatching(reason) });
  });

  itWithTool('go', 'is refused here if go refuses it', async () => {
    const asked = HOSTILE.filter(([, , , go]) => go !== 'is not asked');
    const verdicts: [string, string][] = [];
    for (const [name, make] of asked) {
      const { error } = await goVerdict(make());
      verdicts.push([name, error === undefined ? 'takes' : 'refuses']);
    }
    expect(verdicts).toEqual(asked.map(([name, , , go]) => [name, go]));
  });

  it('is refused when it is larger than Go allows', async () => {
    const file = await fileOf('');
    await truncate(file, 500 * MIB + 1);
    await expect(hashZipFile({ ...MODULE, file })).rejects.toThrow('it has more than 524288000 bytes');
  });

  it('is refused with the name of the module, and of the file as it may be shown', async () => {
    const file = await fileOf(zipOf([entry('a\u001b[31m')]));
    const refused = hashModuleZip(file, signal, MODULE);
    await expect(refused).rejects.toBeInstanceOf(InvalidFileFormat);
    await expect(refused).rejects.toThrow(
      'The zip of the module example.com/kite v1.0.0 is refused: "example.com/kite@v1.0.0/a\\u001b[31m" is no path that ' +
        'Go allows. Ask whoever serves this module to mend it.',
    );
  });

  it('needs little memory', async () => {
    const file = await fileOf(zipOf([entry('a', 'a', { raw: ZEROS(400 * MIB), size: 400 * MIB })]));
    const before = process.memoryUsage().rss;
    await expect(hashZipFile({ ...MODULE, file })).rejects.toThrow('is damaged');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });
});

describe('the h1 digest of a go.mod', () => {
  itWithTool('go', 'is what go computes', async () => {
    for (const text of ['module example.com/kite\n', 'module example.com/kite\r\n\r\ngo 1.21\r\n']) {
      const { mod } = await goVerdict(zipOf([GO_MOD]), text);
      expect(await hashGoMod(await fileOf(text), signal, MODULE)).toBe(mod);
    }
  });

  it('is refused of one that is too large', async () => {
    const file = await fileOf(Buffer.alloc(16 * MIB + 1));
    await expect(hashGoMod(file, signal, MODULE)).rejects.toThrow('The go.mod of the module example.com/kite v1.0.0 is refused');
    expect(await hashGoMod(await fileOf(Buffer.alloc(16 * MIB)), signal, MODULE)).toMatch(/^[0-9a-f]{64}$/);
  });
});
