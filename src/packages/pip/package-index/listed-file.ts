import type { Digests } from '../../../dependencies/index.js';
import type { ReleaseFile } from './release-file.js';

/** A file as a page names it, unchecked. */
export interface ListedFile {
  fileName: string;
  /** Relative to the page or its base, may have a fragment. */
  address: string;
  /** JSON only: algorithm and digest. */
  hashes: readonly (readonly [string, unknown])[];
  requiresPython: string | undefined;
  /** Undefined = not yanked. */
  yanked: string | undefined;
}

/** Length of the hexadecimal digests of all algorithms that are known here. Others say nothing. */
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);
/** Characters; more, with name and version, do not fit into an index of the catalogue. */
const MAX_ADDRESS = 2048;
/** Characters of what an index says in words. */
const MAX_WORDS = 1000;

/** The file as it may be taken, or why not. `base`: the address that relative ones are seen from. */
export function checkedFile(
  { fileName, address, hashes, requiresPython, yanked }: ListedFile,
  name: Pick<ReleaseFile, 'kind' | 'name' | 'version'>,
  base: string,
): ReleaseFile | { refusal: string } {
  const url = fileAddress(address, base);
  if (url === undefined) return { refusal: 'its address cannot be used' };
  const digests = readDigests([...hashes, ...fragmentHashes(url.hash)]);
  if (digests === undefined) return { refusal: 'its checksum is malformed' };
  url.hash = '';
  return {
    ...name,
    fileName,
    url: url.href,
    digests,
    requiresPython: requiresPython === undefined || requiresPython === '' ? undefined : plainText(requiresPython),
    yanked: yanked === undefined ? undefined : plainText(yanked),
  };
}

/** With its fragment, but without user and password. */
function fileAddress(address: string, base: string): URL | undefined {
  if (address.length > MAX_ADDRESS || !URL.canParse(address, base)) return undefined;
  const url = new URL(address, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  url.username = '';
  url.password = '';
  return url.href.length > MAX_ADDRESS ? undefined : url;
}

/** `#sha256=…` (PEP 503), perhaps between other keys. */
function fragmentHashes(fragment: string): [string, string][] {
  return fragment
    .slice(1)
    .split('&')
    .map((part) => {
      const [key, ...value] = part.split('=');
      return [key, value.join('=')];
    });
}

/** Undefined when one is malformed, or two of one algorithm contradict each other. */
function readDigests(hashes: readonly (readonly [string, unknown])[]): Digests | undefined {
  const digests = new Map<string, string>();
  for (const [algorithm, value] of hashes) {
    const length = DIGEST_LENGTHS.get(algorithm);
    if (length === undefined) continue;
    if (typeof value !== 'string' || value.length !== length || !/^[0-9a-f]+$/i.test(value)) return undefined;
    const digest = value.toLowerCase();
    if ((digests.get(algorithm) ?? digest) !== digest) return undefined;
    digests.set(algorithm, digest);
  }
  return Object.fromEntries(digests);
}

/** What ends up in the database, documents and pages of other kinds: one line of what these can hold. */
function plainText(text: string): string {
  return text.slice(0, MAX_WORDS).replace(/[\p{Cc}\p{Cs}]/gu, ' ');
}
