import { describe, expect, it } from '@jest/globals';
import { parseTilePath, subtreesOf, type Tile, tileInTree, tileOf, tilePath } from './tile.js';

describe('the path of a tile', () => {
  // Those with height 8 of golang.org/x/mod/sumdb/tlog's documentation and of the real database.
  it.each<[string, Tile]>([
    ['tile/8/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/8/0/000.p/1', { level: 0, index: 0, width: 1 }],
    ['tile/8/0/999.p/255', { level: 0, index: 999, width: 255 }],
    ['tile/8/0/x001/000', { level: 0, index: 1000, width: 256 }],
    ['tile/8/4/x001/x234/067.p/1', { level: 4, index: 1_234_067, width: 1 }],
    ['tile/8/3/000.p/4', { level: 3, index: 0, width: 4 }],
  ])('%s', (path, tile) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  it.each([
    'tile/8/data/000',
    'tile/4/0/000',
    'tile/8/0/0',
    'tile/8/0/1000',
    'tile/8/0/x000/001',
    'tile/8/0/x001',
    'tile/8/0/001/000',
    'tile/8/0/000.p/0',
    'tile/8/0/000.p/256',
    'tile/8/0/000.p/01',
    'tile/8/9/000',
    'tile/8/-1/000',
    'tile/8/0/000/',
    'tile/8/0/../000',
    'tile/8/0/000.p/999999999999',
    'tile/8/0/x999/x999/x999/x999/x999/x999/999',
    '',
  ])('is not %j', (path) => {
    expect(parseTilePath(path)).toBeUndefined();
  });
});

describe('a tree', () => {
  it.each<[number, [number, number][]]>([
    [0, []],
    [1, [[0, 0]]],
    [2, [[1, 0]]],
    [15, [[3, 0], [2, 2], [1, 6], [0, 14]]],
    [65_537, [[16, 0], [0, 65_536]]],
    [2 ** 40, [[40, 0]]],
  ])('of %i records is made of subtrees', (size, expected) => {
    expect(subtreesOf(size)).toEqual(expected.map(([level, index]) => ({ level, index })));
  });

  it.each<[[number, number], number, Tile | undefined]>([
    [[0, 0], 1, { level: 0, index: 0, width: 1 }],
    [[0, 255], 1000, { level: 0, index: 0, width: 256 }],
    [[0, 999], 1000, { level: 0, index: 3, width: 232 }],
    [[0, 5_000_000_000], 5_000_000_001, { level: 0, index: 19_531_250, width: 1 }],
    [[7, 0], 1000, { level: 0, index: 0, width: 256 }],
    [[8, 0], 1000, { level: 1, index: 0, width: 3 }],
    [[16, 0], 65_535, undefined],
    [[16, 0], 65_536, { level: 2, index: 0, width: 1 }],
  ])('has the node %j among %i records in its tile', ([level, index], size, tile) => {
    expect(tileInTree(size, tileOf({ level, index }))).toEqual(tile);
  });
});
