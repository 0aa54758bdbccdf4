import { ValidationError } from '../../../errors/index.js';
import { checkUnpackedSize, refusalOf } from './archive-limits.js';
import { SdistMembers, type SdistContents } from './sdist-members.js';
import { TarScanner } from './tar-scanner.js';
import { unpackBzip2 } from './unpack-bzip2.js';
import { unpackXz } from './unpack-xz.js';

/** A tar archive that is unpacked by JavaScript or WebAssembly. */
export interface PackedSdist {
  /** Absolute path. */
  file: string;
  /** What messages call it. */
  fileName: string;
  extension: '.tar.bz2' | '.tar.xz';
  requirePkgInfo: boolean;
}

/** What is kept of a source distribution. To be called in a thread. Throws `ValidationError`. */
export async function scanPacked({ file, fileName, extension, requirePkgInfo }: PackedSdist): Promise<SdistContents> {
  const refusal = refusalOf(fileName);
  const members = new SdistMembers(refusal);
  const scanner = new TarScanner((member) => members.add(member), refusal);
  let unpacked = 0;
  const take = (piece: Uint8Array, packed: number): void => {
    unpacked += piece.length;
    checkUnpackedSize(unpacked, packed, refusal);
    scanner.push(piece);
  };
  try {
    if (extension === '.tar.bz2') unpackBzip2(file, take);
    else await unpackXz(file, take);
  } catch (error) {
    const isOurs = error instanceof ValidationError || typeof Object(error).syscall === 'string';
    throw isOurs ? error : refusal(`is no ${extension} file, or is damaged or cut off`);
  }
  scanner.end();
  return members.finish(requirePkgInfo);
}
