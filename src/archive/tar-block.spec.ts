import { describe, expect, it } from '@jest/globals';
import { readTarBlock, type TarBlock } from './tar-block.js';
import { tarHeader } from './tar-header.js';

type Field = [at: number, text: string];

const NAME = 0;
const MODE = 100;
const SIZE = 124;
const MODIFIED = 136;
const CHECKSUM = 148;
const MAGIC = 257;
const PREFIX = 345;

/** A valid block in which some fields are overwritten, with the right checksum unless that is one of them. */
function block(...fields: Field[]): Buffer {
  const bytes = tarHeader({ path: 'a/x', type: 'file', size: 8, modified: 1e9 });
  for (const [at, text] of fields) bytes.write(text, at, 'latin1');
  if (fields.some(([at]) => at === CHECKSUM)) return bytes;
  bytes.fill(' ', CHECKSUM, CHECKSUM + 8);
  bytes.write(bytes.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0'), CHECKSUM);
  return bytes;
}

/** The checksum of a block as old tools on systems with signed characters wrote it. */
function signedSum(bytes: Buffer): string {
  const sum = bytes.reduce((total, byte, at) => total + (at >= CHECKSUM && at < CHECKSUM + 8 ? 0x20 : (byte << 24) >> 24), 0);
  return `${sum.toString(8).padStart(6, '0')}\0 `;
}

describe('readTarBlock', () => {
  it.each<[string, Buffer, Partial<TarBlock>]>([
    ['what was written', block(), { name: Buffer.from('a/x'), size: 8, mode: 0o644, modified: 1e9, typeFlag: '0', hasSignedSum: false }],
    ['a prefix', block([PREFIX, 'deep/er']), { name: Buffer.from('deep/er/a/x') }],
    ['a number between spaces', block([SIZE, '  17       \0']), { size: 0o17 }],
    ['a number without end', block([SIZE, '777777777777']), { size: 0o777777777777 }],
    ['a number before anything behind NUL', block([SIZE, '0000017\0????']), { size: 0o17 }],
    ['no number', block([SIZE, '\0'.repeat(12)]), { size: 0 }],
    ['a number of base 256', block([SIZE, `\x80${'\0'.repeat(7)}\x02\0\0\0`]), { size: 2 ** 25 }],
    ['a mode of words', block([MODE, 'rwx'.padEnd(8)]), { mode: undefined }],
    ['a time before 1970', block([MODIFIED, '\xff'.repeat(12)]), { modified: undefined }],
    ['signed bytes', block([NAME, '\xe4'], [CHECKSUM, signedSum(block([NAME, '\xe4']))]), { hasSignedSum: true }],
  ])('reads %s', (_, bytes, expected) => expect(readTarBlock(bytes)).toMatchObject(expected));

  it.each<[string, Buffer]>([
    ['a wrong checksum', block([CHECKSUM, '000000\0 '])],
    ['a size of words', block([SIZE, '0x10\0'])],
    ['a size of two numbers', block([SIZE, '17 17      \0'])],
    ['a size behind NUL', block([SIZE, `\0${'17'.padStart(11, '0')}`])],
    ['a negative size', block([SIZE, '\xff'.repeat(12)])],
    ['a size that is not safe', block([SIZE, `\x80${'\xff'.repeat(11)}`])],
    ['a prefix that GNU tar would not use', block([MAGIC, 'ustar  \0'], [PREFIX, 'deep'])],
  ])('does not read %s', (_, bytes) => expect(readTarBlock(bytes)).toBeUndefined());
});
