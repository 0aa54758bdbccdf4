import { isUtf8 } from 'node:buffer';

/** Added to a byte that is not part of UTF-8, as PEP 383 does: 0x80–0xFF become U+DC80–U+DCFF. */
const ESCAPE = 0xdc00;
/** Matches only lone surrogates of the escape's range: the `u` flag reads pairs as one character. */
const ESCAPED = /[\u{dc80}-\u{dcff}]/u;
const LONE_SURROGATE = /[\u{d800}-\u{dfff}]/u;

/**
 * The text of a name that git or tar holds as bytes. UTF-8 reads as usual; every other byte becomes a lone surrogate
 * (PEP 383), so no two names read alike and `encodePath` restores the bytes.
 */
export function decodePath(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer[at] ?? 0);
    const sequence = buffer.subarray(at, at + length);
    if (sequence.length === length && isUtf8(sequence)) {
      text += sequence.toString('utf8');
      at += length;
    } else {
      text += String.fromCharCode(ESCAPE + (buffer[at] ?? 0));
      at += 1;
    }
  }
  return text;
}

/** The bytes of a name, see `decodePath`. */
export function encodePath(path: string): Buffer {
  if (!ESCAPED.test(path)) return Buffer.from(path, 'utf8');
  return Buffer.concat(
    Array.from(path, (character) =>
      ESCAPED.test(character) ? Buffer.of(character.charCodeAt(0) - ESCAPE) : Buffer.from(character, 'utf8'),
    ),
  );
}

/** Whether the bytes of a name are UTF-8. */
export function isUtf8Path(path: string): boolean {
  return !ESCAPED.test(path);
}

/** Whether a text can be the name of something: lone surrogates other than escaped bytes have no bytes. */
export function hasBytes(path: string): boolean {
  return !LONE_SURROGATE.test(path.replaceAll(new RegExp(ESCAPED, 'gu'), ''));
}

/** The order of names in a bundle: by their bytes, as `LC_ALL=C sort` and git's trees have it. */
export function comparePaths(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    // Up to the surrogates, UTF-16 and UTF-8 sort alike.
    return a < 0xd800 && b < 0xd800 ? a - b : Buffer.compare(encodePath(left), encodePath(right));
  }
  return left.length - right.length;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
