import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';

/** How much of an archive is read before it counts as hostile. The largest real ones have a tenth of it. */
export const LIMITS = {
  /** Bytes after unpacking. */
  unpacked: 4 * 1024 ** 3,
  /** Bytes after unpacking for each byte before, once `ratioFree` bytes are unpacked. */
  ratio: 200,
  ratioFree: 64 * 1024 ** 2,
  members: 1_000_000,
  /** Of zip files, whose directory is held in memory. */
  zipMembers: 200_000,
  /** Bytes of the path of a member. */
  path: 4096,
  /** Bytes of a tar header that says more about the next member. */
  header: 64 * 1024,
  /** Bytes of a file whose content is looked at. */
  file: 1024 ** 2,
  /** Bytes of the metadata of a wheel. */
  metadata: 4 * 1024 ** 2,
};

/** Makes the error that says why an archive is not taken. `what` completes "The file x is refused: it …". */
export type Refusal = (what: string) => ValidationError;

/** Refusals of a file by its name. */
export function refusalOf(fileName: string): Refusal {
  return (what) => new ValidationError(`The file ${quote(fileName)} is refused: it ${what}.`);
}

/** Throws when an archive holds more than any honest one. */
export function checkUnpackedSize(unpacked: number, packed: number, refusal: Refusal): void {
  const isBomb = unpacked > LIMITS.ratioFree && unpacked > LIMITS.ratio * packed;
  if (isBomb || unpacked > LIMITS.unpacked) throw refusal('unpacks to more than is allowed');
}
