/** A line of a text, without its line feed; `number` counts from 1. */
export interface Line {
  text: string;
  number: number;
}

/** The lines of a text one by one, so that a text of nothing but line feeds takes no more memory than any other. */
export function* linesOf(text: string): Generator<Line> {
  let number = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield { text: text.slice(start, end), number: number++ };
    start = end + 1;
  }
  if (start < text.length) yield { text: text.slice(start), number };
}

/** The words of a line that white space separates. */
export function wordsOf(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}
