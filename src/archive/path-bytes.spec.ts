import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePaths, decodePath, encodePath, hasBytes, isUtf8Path } from './path-bytes.js';

describe('names as bytes', () => {
  it.each<[string, number[], string]>([
    ['ASCII', [0x61, 0x2f, 0x62], 'a/b'],
    ['UTF-8', [0xc3, 0xa9], 'é'],
    ['Latin-1', [0xe9], '\udce9'],
    ['Latin-1 that ends like a sequence', [0xc3], '\udcc3'],
    ['a surrogate in UTF-8, which UTF-8 forbids', [0xed, 0xb3, 0xa9], '\udced\udcb3\udca9'],
    ['an overlong slash', [0xc0, 0xaf], '\udcc0\udcaf'],
    ['a sequence cut off', [0xf0, 0x9f, 0x98, 0x61], '\udcf0\udc9f\udc98a'],
    ['beyond the basic plane', [0xf0, 0x9f, 0x98, 0x80, 0xff], '😀\udcff'],
  ])('reads and writes %s', (_, bytes, text) => {
    expect(decodePath(Buffer.from(bytes))).toBe(text);
    expect([...encodePath(text)]).toEqual(bytes);
    expect(hasBytes(text)).toBe(true);
  });

  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = decodePath(bytes);
        expect(encodePath(text).equals(bytes)).toBe(true);
        expect(isUtf8Path(text)).toBe(Buffer.from(Buffer.from(bytes).toString('utf8')).equals(bytes));
        expect(hasBytes(text)).toBe(true);
      }),
    );
  });

  it('sorts as the bytes do', () => {
    const sequences = fc.constantFrom('a', '/', '-', 'é', '\ue000', '\uffff', '😀', '\udce9', '\udcff');
    const names = fc.oneof(
      fc.array(sequences, { maxLength: 4 }).map((parts) => decodePath(encodePath(parts.join('')))),
      fc.string(),
    );
    fc.assert(
      fc.property(names, names, (left, right) => {
        fc.pre(hasBytes(left) && hasBytes(right));
        expect(Math.sign(comparePaths(left, right))).toBe(Buffer.compare(encodePath(left), encodePath(right)));
      }),
    );
  });

  it('knows what no bytes stand for', () => {
    expect(hasBytes('\ud800')).toBe(false);
    expect(hasBytes('\udc00')).toBe(false);
  });
});
