import ssri from 'ssri';
import { InvalidFileFormat, UnsupportedFeature } from '../../../errors/index.js';
import { quote } from '../../quote.js';

/** One digest of a file, in lower-case hexadecimal. */
export interface Digest {
  algorithm: string;
  hex: string;
}

/** Strongest first, with the bytes of a digest. */
const ALGORITHMS: readonly (readonly [name: string, bytes: number])[] = [
  ['sha512', 64],
  ['sha384', 48],
  ['sha256', 32],
  ['sha1', 20],
  ['md5', 16],
];
const MAX_LENGTH = 4096;

/**
 * The strongest digest of a Subresource Integrity text (W3C SRI), such as `sha512-<base64>`. `name` is what messages
 * call the package. Throws `InvalidFileFormat` for a malformed or empty one, `UnsupportedFeature` when only unknown
 * algorithms or several digests of the strongest one are there.
 */
export function strongestDigest(integrity: string, name: string): Digest {
  const items = integrity.length > MAX_LENGTH ? [] : integrity.split(/\s+/).filter((item) => item !== '');
  if (items.length === 0) throw malformed(integrity, name);
  const known = items.map((item) => readDigest(item, integrity, name)).filter((digest) => digest !== undefined);
  const algorithm = ALGORITHMS.map(([each]) => each).find((each) => known.some((digest) => digest.algorithm === each));
  if (algorithm === undefined) {
    throw new UnsupportedFeature(
      `The integrity of ${name} uses an algorithm that is not supported: ${quote(integrity)}.`,
    );
  }
  const digests = new Set(known.filter((digest) => digest.algorithm === algorithm).map((digest) => digest.hex));
  const [hex, ...others] = digests;
  if (others.length === 0) return { algorithm, hex };
  throw new UnsupportedFeature(
    `The integrity of ${name} holds several ${algorithm} digests, so it does not say which file is meant. ` +
      'Update the lock file so that it names one.',
  );
}

/** The digest as Subresource Integrity text. */
export function integrityText({ algorithm, hex }: Digest): string {
  return `${algorithm}-${Buffer.from(hex, 'hex').toString('base64')}`;
}

/** Undefined for an algorithm that is not known here. */
function readDigest(item: string, integrity: string, name: string): Digest | undefined {
  const algorithm = item.split('-', 1)[0];
  const bytes = ALGORITHMS.find(([known]) => known === algorithm)?.[1];
  if (bytes === undefined) {
    if (/^[a-z0-9]+-./.test(item)) return undefined;
    throw malformed(integrity, name);
  }
  const { digest } = ssri.parse(item, { single: true });
  // Lenient decoders drop what does not belong there, so it must encode to the same text again.
  const decoded = Buffer.from(digest, 'base64');
  if (decoded.length !== bytes || decoded.toString('base64') !== digest) throw malformed(integrity, name);
  return { algorithm, hex: decoded.toString('hex') };
}

function malformed(integrity: string, name: string): InvalidFileFormat {
  return new InvalidFileFormat(`The integrity of ${name} is malformed: ${quote(integrity)}.`);
}
