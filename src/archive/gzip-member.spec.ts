import { crc32, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deflatePiece, inflatePiece } from './deflate.js';
import { GzipMember } from './gzip-member.js';

async function* chunked(content: Uint8Array, chunkSize: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkSize) yield content.subarray(at, at + chunkSize);
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const piece = fc.record({
  stored: fc.boolean(),
  // Around the length of a stored block, and small ones.
  content: fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc
      .tuple(fc.integer({ min: 65_530, max: 131_075 }), fc.nat(255))
      .map(([length, byte]) => new Uint8Array(length).fill(byte)),
  ),
  chunkSize: fc.constantFrom(1000, 65_535, 65_536, 1_048_576),
});

describe('GzipMember', () => {
  it('joins deflated and stored pieces into one member', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 5 }), async (pieces) => {
        const member = new GzipMember();
        const parts: Uint8Array[] = [member.header];
        for (const { stored, content, chunkSize } of pieces) {
          if (stored || content.length === 0) {
            parts.push(await collect(member.stored(chunked(content, chunkSize), content.length)));
          } else {
            const deflated = await deflatePiece(content);
            expect((await inflatePiece(deflated, content.length)).equals(content)).toBe(true);
            member.addDeflated({ length: content.length, crc32: crc32(content) });
            parts.push(deflated);
          }
        }
        parts.push(member.trailer());
        const expected = Buffer.concat(pieces.map(({ content }) => content));
        expect(gunzipSync(Buffer.concat(parts)).equals(expected)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('frames the same content alike, however it is chunked', async () => {
    const content = Buffer.alloc(200_000, 'bundle');
    const [first, ...others] = await Promise.all(
      [1, 65_535, 65_536, 200_000].map((chunkSize) =>
        collect(new GzipMember().stored(chunked(content, chunkSize), content.length)),
      ),
    );
    for (const other of others) expect(first?.equals(other)).toBe(true);
  });

  it.each([0, 5, 7])('refuses a content that does not have the announced %i bytes', async (size) => {
    await expect(collect(new GzipMember().stored(chunked(Buffer.alloc(6), 4), size))).rejects.toThrow(RangeError);
  });

  it('refuses to inflate a piece of another length', async () => {
    const deflated = await deflatePiece(Buffer.alloc(1000));
    await expect(inflatePiece(deflated, 999)).rejects.toThrow('larger than 999');
    await expect(inflatePiece(deflated, 1001)).rejects.toThrow('instead of 1001');
  });
});
