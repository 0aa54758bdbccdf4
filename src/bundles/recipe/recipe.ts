import { Buffer } from 'node:buffer';
import { type DeflatedPiece, readLines } from '../../archive/index.js';
import { FileAccessError } from '../../errors/index.js';

/**
 * One step of putting a bundle together:
 * `deflated` – the bytes of a blob as they are: tar text that was deflated when it was stored;
 * `stored` – a whole blob (an archived artifact), framed as stored blocks;
 * `inline` – tar text too short for a blob, already deflated: headers and padding.
 */
export type RecipePiece =
  | ({ kind: 'deflated' } & DeflatedPiece)
  | { kind: 'stored'; sha256: string; size: number }
  | { kind: 'inline'; deflated: Buffer; length: number; crc32: number };

/** First line of a recipe; another format gets another number. */
const FORMAT = JSON.stringify({ format: 'cachito-bundle', version: 1 });
/** Lines of this many characters go into one chunk of the blob. */
const BATCH = 64 * 1024;
/** No line comes near; a longer one is damage. */
const MAX_LINE = 64 * 1024;

/**
 * The bytes of a recipe, canonical: a line of JSON per piece, keys in fixed order, so equal pieces give equal bytes and
 * the SHA-256 of the recipe stands for the bundle. (The CRC-32 of an artifact is not in it: its SHA-256 determines it.)
 */
export async function* serialiseRecipe(pieces: AsyncIterable<RecipePiece>): AsyncGenerator<Buffer> {
  let text = `${FORMAT}\n`;
  for await (const piece of pieces) {
    text += `${JSON.stringify(toLine(piece))}\n`;
    if (text.length < BATCH) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** Reads a recipe piece by piece. Throws `FileAccessError` when it is not one of ours. */
export async function* parseRecipe(content: AsyncIterable<Uint8Array>): AsyncGenerator<RecipePiece> {
  let first = true;
  for await (const line of lines(content)) {
    if (!first) yield fromLine(line);
    else if (line !== FORMAT) throw damaged('its format is unknown');
    first = false;
  }
  if (first) throw damaged('it is empty');
}

type Line =
  | ['deflated', string, number, number, number]
  | ['stored', string, number]
  | ['inline', string, number, number];

function toLine(piece: RecipePiece): Line {
  switch (piece.kind) {
    case 'deflated':
      return ['deflated', piece.sha256, piece.deflatedLength, piece.length, piece.crc32];
    case 'stored':
      return ['stored', piece.sha256, piece.size];
    case 'inline':
      return ['inline', piece.deflated.toString('base64'), piece.length, piece.crc32];
  }
}

function fromLine(text: string): RecipePiece {
  const line = parseLine(text);
  const [kind, first, ...numbers] = line;
  if (typeof first !== 'string' || !numbers.every((number) => Number.isSafeInteger(number))) throw damaged(text);
  const [one = 0, two = 0, three = 0] = numbers.map(Number);
  if (kind === 'deflated' && numbers.length === 3) {
    return { kind, sha256: first, deflatedLength: one, length: two, crc32: three };
  }
  if (kind === 'stored' && numbers.length === 1) return { kind, sha256: first, size: one };
  if (kind === 'inline' && numbers.length === 2) {
    return { kind, deflated: Buffer.from(first, 'base64'), length: one, crc32: two };
  }
  throw damaged(text);
}

function parseLine(text: string): unknown[] {
  try {
    const line: unknown = JSON.parse(text);
    if (Array.isArray(line)) return line;
  } catch (error) {
    throw damaged(text, error);
  }
  throw damaged(text);
}

async function* lines(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  try {
    for await (const line of readLines(content, MAX_LINE)) yield line.toString('latin1');
  } catch (error) {
    throw error instanceof RangeError ? damaged(error.message, error) : error;
  }
}

function damaged(detail: string, cause?: unknown): FileAccessError {
  return new FileAccessError(`The recipe of a bundle cannot be read: ${detail.slice(0, 100)}`, { cause });
}
