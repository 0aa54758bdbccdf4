import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { StreamableFile } from '@nestjs/common';
import { jsonPieces } from './json-pieces.js';
import { inPieces } from './large-documents.js';

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

describe('inPieces', () => {
  it('leaves small documents and no documents as they are', () => {
    const small = { a: [1] };
    expect(inPieces(small)).toBe(small);
    expect(inPieces(undefined)).toBeUndefined();
  });

  it('makes a stream of large ones', async () => {
    const answer = inPieces(LARGE);
    if (!(answer instanceof StreamableFile)) throw new TypeError('not a stream');
    expect(answer.getHeaders()).toEqual({ type: 'application/json; charset=utf-8' });
    const text = (await (answer.getStream() as Readable).toArray()).join('');
    expect(text).toBe(JSON.stringify(LARGE));
  });
});
