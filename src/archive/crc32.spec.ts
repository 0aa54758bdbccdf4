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
    const length = 2 ** 33;
    // What zlib gives for 8 GiB of zero bytes, alone and after the word.
    const [zeros, wordAndZeros] = [1_104_745_215, 4_071_324_751];
    expect(combineCrc32(crc32('cachito'), zeros, length)).toBe(wordAndZeros);
  });
});
