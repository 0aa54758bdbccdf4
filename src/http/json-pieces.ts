/** Characters of a piece, at least: few enough to be made within a moment. */
const PIECE = 64 * 1024;

/**
 * The text that `JSON.stringify` gives, in pieces, so that it never has to be in memory as a whole. For plain data of any
 * size: objects, arrays, texts, and what has no parts.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const part of parts(value)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function* parts(value: unknown): Generator<string> {
  if (isLong(value)) yield* partsOfText(value);
  else if (!hasNested(value)) yield JSON.stringify(value) ?? 'null';
  else if (Array.isArray(value)) yield* partsOfArray(value);
  else yield* partsOfObject(value);
}

function* partsOfArray(items: readonly unknown[]): Generator<string> {
  let separator = '[';
  for (const item of items) {
    yield separator;
    yield* parts(item);
    separator = ',';
  }
  yield ']';
}

function* partsOfObject(value: object): Generator<string> {
  let separator = '{';
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    yield* parts(item);
    separator = ',';
  }
  yield '}';
}

function* partsOfText(text: string): Generator<string> {
  yield '"';
  for (let at = 0; at < text.length; ) {
    let end = at + PIECE;
    // The halves of a character would be written as escapes.
    if (end < text.length && isFirstHalf(text.charCodeAt(end - 1))) end -= 1;
    yield JSON.stringify(text.slice(at, end)).slice(1, -1);
    at = end;
  }
  yield '"';
}

function isFirstHalf(codeUnit: number): boolean {
  return codeUnit >= 0xd800 && codeUnit <= 0xdbff;
}

function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.length > PIECE;
}

/** Whether it may be large. An object of short values without parts goes in one piece, and so does what has `toJSON`. */
function hasNested(value: unknown): value is object {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false;
  for (const name in value) {
    const part: unknown = value[name as keyof typeof value];
    if ((typeof part === 'object' && part !== null) || isLong(part)) return true;
  }
  return false;
}
