import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { combineCrc32 } from './crc32.js';

describe('combineCrc32', () => {
  it('gives the CRC-32 of the whole from those of its parts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 6 }), (parts) => {
        const combined = parts.reduce((sum, part) => combineCrc32(sum, crc32(part), part.length), 0);
        expect(combined).toBe(crc32(Buffer.concat(parts)));
      }),
    );
  });

  it('is right for lengths beyond 32 bits', () => {
    // Zero bytes, doubled from one mebibyte up to 8 GiB: each half has the known CRC-32 of the round before.
    let sum = crc32(Buffer.alloc(2 ** 20));
    for (let length = 2 ** 20; length < 2 ** 33; length *= 2) sum = combineCrc32(sum, sum, length);
    // `head -c 8589934592 /dev/zero | gzip -c | tail -c8`
    expect(combineCrc32(0, sum, 2 ** 33)).toBe(sum);
    expect(combineCrc32(combineCrc32(7, sum, 2 ** 33), sum, 2 ** 33)).toBe(combineCrc32(7, combineCrc32(sum, sum, 2 ** 33), 2 ** 34));
  });
});
