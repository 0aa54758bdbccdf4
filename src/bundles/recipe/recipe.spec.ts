import { describe, expect, it } from '@jest/globals';
import { FileAccessError } from '../../errors/index.js';
import { collect, each } from '../__fixtures__/trees.js';
import { parseRecipe, type RecipePiece, serialiseRecipe } from './recipe.js';

const SHA256 = 'ab'.repeat(32);
const HEADER = '{"format":"cachito-bundle","version":1}\n';
const PIECES: RecipePiece[] = [
  { kind: 'inline', deflated: Buffer.from([0, 1, 255]), length: 512, crc32: 0xffffffff },
  { kind: 'deflated', sha256: SHA256, deflatedLength: 10, length: 2 ** 40, crc32: 0 },
  { kind: 'stored', sha256: SHA256, size: 2 ** 40 },
];

async function parse(chunks: Uint8Array[]): Promise<RecipePiece[]> {
  const pieces: RecipePiece[] = [];
  for await (const piece of parseRecipe(each(chunks))) pieces.push(piece);
  return pieces;
}

describe('recipes', () => {
  it('are written in one way only', async () => {
    expect((await collect(serialiseRecipe(each(PIECES)))).toString()).toBe(
      `${HEADER}["inline","AAH/",512,4294967295]\n["deflated","${SHA256}",10,1099511627776,0]\n["stored","${SHA256}",1099511627776]\n`,
    );
  });

  it.each([1, 7, 100_000])('are read in chunks of %i bytes', async (size) => {
    const many = Array.from({ length: 3000 }, () => PIECES).flat();
    const bytes = await collect(serialiseRecipe(each(size < 100 ? PIECES : many)));
    const chunks: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    expect(await parse(chunks)).toEqual(size < 100 ? PIECES : many);
  });

  it.each([
    ['nothing', ''],
    ['another format', '{"format":"cachito-bundle","version":2}\n'],
    ['a line cut off', `${HEADER}["stored","${SHA256}",1`],
    ['no JSON', `${HEADER}stored\n`],
    ['no list', `${HEADER}{"stored":1}\n`],
    ['an unknown piece', `${HEADER}["folded","${SHA256}",1]\n`],
    ['numbers missing', `${HEADER}["deflated","${SHA256}",1]\n`],
    ['a fraction', `${HEADER}["stored","${SHA256}",1.5]\n`],
    ['an endless line', `${HEADER}${'x'.repeat(100_000)}`],
  ])('that hold %s are refused', async (_, text) => {
    await expect(parse([Buffer.from(text)])).rejects.toThrow(FileAccessError);
  });
});
