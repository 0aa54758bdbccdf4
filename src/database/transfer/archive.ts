import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { InvalidFileFormat } from '../../errors/index.js';
import type { TransferPart } from './transfer-part.js';

/**
 * A database as a file: gzip around frames, each its kind (one byte), the length of what follows (four bytes, big-endian)
 * and that. `R` = rows, `J` = any other part, as JSON.
 */
const ROWS = 'R'.charCodeAt(0);
const JSON_TEXT = 'J'.charCodeAt(0);
const HEAD = 5;
/** Bytes. Rows come in pieces of less than a megabyte; descriptions are smaller. */
const MAX_FRAME = 2 ** 24;

/** Writes parts as they come. */
export async function writeArchive(parts: AsyncIterable<TransferPart>, output: NodeJS.WritableStream): Promise<void> {
  await pipeline(frames(parts), createGzip({ level: 3 }), output, { end: output !== process.stdout });
}

async function* frames(parts: AsyncIterable<TransferPart>): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    const [kind, content] = part.kind === 'rows' ? [ROWS, part.bytes] : [JSON_TEXT, Buffer.from(JSON.stringify(part))];
    const head = Buffer.alloc(HEAD);
    head.writeUInt8(kind, 0);
    head.writeUInt32BE(content.length, 1);
    yield head;
    yield content;
  }
}

/**
 * Reads what `writeArchive` wrote. Throws `InvalidFileFormat` where it is damaged, or cut off within a part; errors of the
 * file itself stay as they are.
 */
export async function* readArchive(input: Readable): AsyncGenerator<TransferPart> {
  const unzipped = createGunzip();
  input.once('error', (error) => unzipped.destroy(error));
  input.pipe(unzipped);
  try {
    yield* parse(unzipped);
  } catch (error) {
    if (error === input.errored) throw error;
    throw new InvalidFileFormat('This is no archive of export-database, or it is damaged or not whole.', {
      cause: error,
    });
  } finally {
    input.destroy();
    unzipped.destroy();
  }
}

async function* parse(input: AsyncIterable<Buffer>): AsyncGenerator<TransferPart> {
  let pending = Buffer.alloc(0);
  for await (const chunk of input) {
    pending = Buffer.concat([pending, chunk]);
    let at = 0;
    while (pending.length - at >= HEAD) {
      const length = pending.readUInt32BE(at + 1);
      if (length > MAX_FRAME) throw new RangeError('A frame is too long');
      const end = at + HEAD + length;
      if (end > pending.length) break;
      yield partOf(pending.readUInt8(at), pending.subarray(at + HEAD, end));
      at = end;
    }
    pending = pending.subarray(at);
  }
  if (pending.length > 0) throw new RangeError('The last frame is not whole');
}

function partOf(kind: number, content: Buffer): TransferPart {
  if (kind === ROWS) return { kind: 'rows', bytes: content };
  if (kind !== JSON_TEXT) throw new RangeError('There is no such frame');
  const part: unknown = JSON.parse(content.toString());
  if (isPart(part)) return part;
  throw new TypeError('A frame is not as it must be');
}

/** Names and columns are compared with those of the target before they are used. */
function isPart(value: unknown): value is TransferPart {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind, ...fields }: Record<string, unknown> = { ...value };
  if (kind === 'database') {
    return typeof fields.version === 'string' && Array.isArray(fields.migrations) && Array.isArray(fields.tables);
  }
  if (kind === 'table') return typeof fields.name === 'string';
  if (kind === 'content') return Number.isSafeInteger(fields.rows) && typeof fields.digest === 'string';
  return kind === 'sequences' && typeof fields.next === 'object' && fields.next !== null;
}
