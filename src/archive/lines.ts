const LINE_FEED = 10;

/**
 * The lines of a text, without their line feeds, while its bytes stream by. Only a line feed ends a line: Node's readline
 * would end it at U+2028 as well, which may stand in a file name. Throws `RangeError` when the text ends within a line, or
 * a line has more than `maxLength` bytes.
 */
export async function* readLines(content: AsyncIterable<Uint8Array>, maxLength: number): AsyncGenerator<Buffer> {
  let begun: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of content) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]);
      begun = [];
      length = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    begun.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > maxLength) throw new RangeError('a line is too long');
  }
  if (length > 0) throw new RangeError('it ends within a line');
}
