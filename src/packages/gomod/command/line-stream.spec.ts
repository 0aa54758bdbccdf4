import { describe, expect, it } from '@jest/globals';
import { LineStream } from './line-stream.js';

function read(chunks: readonly Buffer[]): string[] {
  const stream = new LineStream(100);
  const lines = chunks.flatMap((chunk) => [...stream.push(chunk)]);
  return [...lines, ...stream.end()];
}

describe('LineStream', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['\n', ['']],
    ['a', ['a']],
    ['a b\nc d\n', ['a b', 'c d']],
    ['a\n\nb', ['a', '', 'b']],
    ['é𝒳\n𝒳é\n', ['é𝒳', '𝒳é']],
  ])('reads %j, however it is cut', (text, lines) => {
    const bytes = Buffer.from(text);
    expect(read([bytes])).toEqual(lines);
    for (let size = 1; size < bytes.length; size++) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
      expect(read(pieces)).toEqual(lines);
    }
  });

  it('says when a line is too long', () => {
    const stream = new LineStream(10);
    expect([[...stream.push(Buffer.from('short\n0123456789'))], stream.isTooLong]).toEqual([['short'], false]);
    expect([[...stream.push(Buffer.from('0'))], stream.isTooLong]).toEqual([[], true]);
  });
});
