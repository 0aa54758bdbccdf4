import { describe, expect, it } from '@jest/globals';
import { jsonPieces } from './json-pieces.js';

const LARGE = { items: Array.from({ length: 20_000 }, (_, at) => ({ at, parts: [{ name: `ä${at}`, none: undefined }] })) };

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
  ])('gives the text of JSON.stringify: %s', (_, value) => {
    expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
  });

  it('cuts what is large', () => {
    const pieces = [...jsonPieces(LARGE)];
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(66_000);
  });
});
