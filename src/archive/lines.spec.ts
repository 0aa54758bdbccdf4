import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readLines } from './lines.js';

async function* chunks(content: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function linesOf(text: string, size: number, maxLength = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(chunks(Buffer.from(text), size), maxLength)) lines.push(line.toString('utf8'));
  return lines;
}

describe('readLines', () => {
  it('gives back any lines, however the bytes come', async () => {
    const line = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\n') && Buffer.from(text).toString() === text);
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 20 }), async (lines, size) => {
        expect(await linesOf(lines.map((each) => `${each}\n`).join(''), size)).toEqual(lines);
      }),
    );
  });

  it('ends lines at line feeds alone', async () => {
    expect(await linesOf('a\u2028b\u2029c\rd\u0085e\n', 3)).toEqual(['a\u2028b\u2029c\rd\u0085e']);
  });

  it.each([
    ['an unfinished line', 'a\nb', 1000, /ends within/],
    ['a line that is too long', `${'x'.repeat(50)}\n`, 20, /too long/],
  ])('refuses %s', async (_, text, maxLength, message) => {
    await expect(linesOf(text, 7, maxLength)).rejects.toThrow(message);
  });
});
