import Bunzip from 'seek-bzip';
import xz from 'xz-decompress';
import { type LicenseFile, LicenseFiles } from './license-files.js';
import { LicenseScanner } from './scan-tar.js';

/** A tar archive that is unpacked by JavaScript or WebAssembly. */
export interface PackedTar {
  bytes: Uint8Array<ArrayBuffer>;
  format: 'bzip2' | 'xz';
  withMetadata: boolean;
}

const PIECE = 64 * 1024;

/** Ends unpacking when enough was seen. */
class Enough extends Error {}

/** The files that may name the licence. To be called in a thread. Throws for what is damaged. */
export async function scanPacked({ bytes, format, withMetadata }: PackedTar): Promise<LicenseFile[]> {
  const files = new LicenseFiles(withMetadata);
  const scanner = new LicenseScanner(files);
  const take = (piece: Uint8Array): void => {
    if (scanner.push(piece, bytes.length)) throw new Enough();
  };
  try {
    if (format === 'bzip2') unpackBzip2(bytes, take);
    else for await (const piece of new xz.XzReadableStream(new Blob([bytes]).stream())) take(piece);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return files.result();
}

function unpackBzip2(bytes: Uint8Array, take: (piece: Uint8Array) => void): void {
  let position = 0;
  const source = {
    eof: () => position >= bytes.length,
    readByte: () => {
      if (position >= bytes.length) throw new Error('cut off');
      return bytes[position++];
    },
    read: (target: Buffer, offset: number, length: number) => {
      const part = bytes.subarray(position, position + length);
      target.set(part, offset);
      position += part.length;
      return part.length;
    },
  };
  let piece = Buffer.alloc(PIECE);
  let length = 0;
  const writeByte = (byte: number): void => {
    piece[length++] = byte;
    if (length < PIECE) return;
    take(piece);
    piece = Buffer.alloc(PIECE);
    length = 0;
  };
  Bunzip.decode(source, { writeByte }, true);
  take(piece.subarray(0, length));
}
