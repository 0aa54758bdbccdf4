import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { constants, createGzip, type ZlibOptions } from 'node:zlib';
import { takingTurns } from '../concurrency/index.js';
import { jsonPieces } from './json-pieces.js';

/** What is known of a document's text once it has been made. */
export interface Measured {
  /** Of the UTF-8 bytes, hexadecimal. */
  sha256: string;
  bytes: number;
  pieces: number;
}

/** An SBOM gets a sixth as long at the lowest level; higher ones take up to three times as long for a few percent. */
export const FAST: ZlibOptions = { level: constants.Z_BEST_SPEED };

/** Makes the text once, in turns, and keeps nothing of it. Undefined when `isGone` says that nobody waits for it. */
export async function measure(document: object, isGone: () => boolean): Promise<Measured | undefined> {
  const digest = createHash('sha256');
  let [bytes, pieces] = [0, 0];
  for await (const piece of takingTurns(jsonPieces(document))) {
    if (isGone()) return undefined;
    const content = Buffer.from(piece);
    digest.update(content);
    bytes += content.length;
    pieces += 1;
  }
  return { sha256: digest.digest('hex'), bytes, pieces };
}

/** The text, made as it is read. */
export function textOf(document: object): Readable {
  return Readable.from(takingTurns(jsonPieces(document)));
}

/** The text as one gzip member, made as it is read. Destroying it ends the making of the text. */
export function gzippedText(document: object): Readable {
  const gzip = createGzip(FAST);
  // An error of either is one of the stream that is returned.
  pipeline(textOf(document), gzip, () => undefined);
  return gzip;
}
