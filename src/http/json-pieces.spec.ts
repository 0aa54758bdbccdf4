import { describe, expect, it } from '@jest/globals';
import { jsonPieces } from './json-pieces.js';

const LARGE = { items: Array.from({ length: 20_000 }, (_, at) => ({ at, parts: [{ name: `ä${at}`, none: undefined }] })) };

/** Characters of two code units, at even and at odd places. */
const LONG = `${'\u{1f300}'.repeat(50_000)}x${'\u{1f300}'.repeat(50_000)}`;

describe('jsonPieces', () => {
  it.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'é"\\\u2028\ud800'],
    ['an empty object', {}],
    ['empty parts', { a: [], b: {}, c: [[]], d: [{}] }],
    ['what has no JSON', { a: undefined, b: [undefined], c: { d: undefined, e: [null] } }],
    ['numbers', [1.5, NaN, -0, [1e21]]],
    ['what has its own JSON', { date: new Date(0), list: [new Date(1)] }],
    ['odd names', { 'a"b': [1], 2: {}, 1: [{ __proto__: null, x: 1 }] }],
    ['much', LARGE],
    ['a long text', LONG],
    ['a long text in what has no other parts', { a: 1, b: LONG }],
    ['a long text of odd characters', ['\ud83d'.repeat(200_000), `${'\ud83d'.repeat(70_000)}\udc00`, '"\0'.repeat(70_000)]],
  ])('gives the text of JSON.stringify: %s', (_, value) => {
    expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
  });

  it.each<[string, unknown, number]>([
    ['what has many parts', LARGE, 10],
    ['a long text', LONG, 3],
    ['a long text in what has no other parts', { a: 1, b: LONG }, 3],
    ['a long text in a list', [[LONG]], 3],
  ])('cuts %s', (_, value, atLeast) => {
    const pieces = [...jsonPieces(value)];
    expect(pieces.length).toBeGreaterThanOrEqual(atLeast);
    // A part of a text may come on top of a piece that is nearly full.
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(132_000);
  });
});
