import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RowDigest } from './row-digest.js';

function digestOf(...pieces: Buffer[]): RowDigest['content'] {
  const digest = new RowDigest();
  for (const piece of pieces) digest.add(piece);
  return digest.content;
}

const row = fc.string().map((text) => text.replaceAll('\n', '\\n'));

it('is the same however the rows are cut and ordered', () => {
  fc.assert(
    fc.property(fc.array(row), fc.nat(), fc.nat(), (rows, one, other) => {
      const text = Buffer.from(rows.map((each) => `${each}\n`).join(''));
      const [from, to] = [one % (text.length + 1), other % (text.length + 1)].sort((a, b) => a - b);
      const backwards = Buffer.from([...rows].reverse().map((each) => `${each}\n`).join(''));
      const pieces = [text.subarray(0, from), text.subarray(from, to), text.subarray(to)];
      expect(digestOf(...pieces)).toEqual({ ...digestOf(backwards), rows: rows.length });
    }),
  );
});

it('differs when a row is missing, there twice, or another one', () => {
  const digests = ['a\nb\nc\n', 'a\nb\n', 'a\nb\nc\nc\n', 'a\nb\nd\n', 'ab\n\nc\n', ''].map((text) => digestOf(Buffer.from(text)).digest);
  expect(new Set(digests).size).toBe(digests.length);
});
